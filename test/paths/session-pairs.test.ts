import { afterAll, describe, expect, it } from '@jest/globals';

import {
  memorySessionDriver,
  sessionModel,
  tcpSessionDriver,
  testModel,
  tlsSessionDriver,
} from '../../src/testing/index.js';
import { isExhaustive } from '../support/thoroughness.js';
import { certificate } from '../support/transport/sockets.js';

/*
 * All that the session chart allows, and all pairs of it, on real sessions. Over sockets `npm test` walks the transitions.
 */

describe.each([memorySessionDriver(), tcpSessionDriver(), tlsSessionDriver(certificate)])(
  '$name',
  (driver) => {
    const paths = isExhaustive || driver.name.endsWith('memory') ? 'pairs' : 'transitions';
    const { coverage } = testModel({ model: sessionModel, driver, paths, it });

    afterAll(() => driver.close?.());

    it(`has taken all ${paths}, and every fault in every state`, () => {
      expect(coverage.toJSON()).toMatchObject({
        states: { total: 13, missing: [] },
        transitions: { total: 131, missing: [] },
        ...(paths === 'pairs' && { pairs: { total: 1128, missing: [] } }),
        faults: { missing: [] },
        undriven: [],
      });
    });
  },
);
