import { describe, expect, it } from '@jest/globals';

import type { ExchangeEventType } from '../../machines/index.js';
import { Transport } from '../../src/transport/index.js';
import { exchangeModel, ModelGraph, pathsOf, pathText, type Driver } from '../../src/testing/index.js';
import { isExhaustive } from '../support/thoroughness.js';
import { collect } from '../support/testing/collect.js';
import { quietPair } from '../support/session/subject.js';
import { certificate, open, withServer } from '../support/transport/sockets.js';
import { connectedExchangeDriver } from '../support/paths/exchange-driver.js';

/*
 * The message cycle that a session keeps goes where the exchange chart goes, on all pairs of its transitions, whatever its
 * connection runs over. Which of them bytes bring about is told in exchange-bytes.test.ts; what the server and client models
 * bring about, in test/testing.
 */

/** A path takes a connection of its own, and handshakes are dear: so paths are few and long. */
const paths = (plan: 'pairs' | 'transitions'): string[] =>
  pathsOf(ModelGraph.of(exchangeModel), plan, { maxLength: 2_000 }).map(pathText);

/** Over sockets `npm test` walks each transition, and `npm run test:all` each pair. */
const OVER_SOCKETS = isExhaustive ? 'pairs' : 'transitions';

async function expectAll(plan: 'pairs' | 'transitions', driver: Driver<ExchangeEventType>): Promise<void> {
  const suite = collect({ model: exchangeModel, driver, paths: paths(plan) });
  expect(await suite.firstFailure()).toBeNull();
  expect(suite.coverage.toJSON()).toMatchObject({
    states: { total: 82, missing: [] },
    transitions: { total: 746, missing: [] },
    ...(plan === 'pairs' && { pairs: { total: 5637, missing: [] } }),
  });
}

describe('the message cycle of a session goes where the chart goes', () => {
  it('the message cycle goes where the chart goes over memory', async () => {
    const connect = (): Promise<Transport> => Promise.resolve(new Transport(quietPair().server));
    await expectAll('pairs', connectedExchangeDriver('memory', connect));
  });

  it('the message cycle goes where the chart goes over TCP', () =>
    withServer(async ({ target }) => {
      await expectAll(
        OVER_SOCKETS,
        connectedExchangeDriver('TCP', () => open(target)),
      );
    }));

  it('the message cycle goes where the chart goes over TLS', () =>
    withServer(
      async ({ target }) => {
        const options = { tls: { ca: certificate.cert, checkServerIdentity: () => undefined } };
        await expectAll(
          OVER_SOCKETS,
          connectedExchangeDriver('TLS', () => open(target, options)),
        );
      },
      { tls: {} },
    ));
});
