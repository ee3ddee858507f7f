import { describe, expect, it } from '@jest/globals';

import { exchangeModel, ModelGraph, pathsOf, pathText } from '../../src/testing/index.js';
import { collect } from '../testing/support/collect.js';
import { exchangeDriver } from './support/exchange-driver.js';

/*
 * The message cycle that a session keeps goes where the exchange chart goes, on all pairs of its transitions. Which bytes
 * bring them about is told elsewhere (test/http); what the server and client models bring about, in test/testing.
 */

describe('the message cycle of a session', () => {
  const paths = pathsOf(ModelGraph.of(exchangeModel), 'pairs', { maxLength: 100 });

  it('goes where the chart goes, on all pairs of transitions', async () => {
    const suite = collect({ model: exchangeModel, driver: exchangeDriver, paths: paths.map(pathText) });
    expect(await suite.firstFailure()).toBeNull();
    expect(suite.coverage.toJSON()).toMatchObject({
      states: { total: 73, missing: [] },
      transitions: { total: 626, missing: [] },
      pairs: { total: 4223, missing: [] },
    });
  });
});
