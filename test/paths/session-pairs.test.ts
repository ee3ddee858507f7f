import { afterAll, describe, expect, it } from '@jest/globals';

import {
  memorySessionDriver,
  sessionModel,
  tcpSessionDriver,
  testModel,
  tlsSessionDriver,
} from '../../src/testing/index.js';
import { certificate } from '../support/transport/sockets.js';

/*
 * All that the session chart allows, and all pairs of it, on real sessions.
 */

describe.each([memorySessionDriver(), tcpSessionDriver(), tlsSessionDriver(certificate)])(
  '$name',
  (driver) => {
    const { coverage } = testModel({ model: sessionModel, driver, paths: 'pairs', it });

    afterAll(() => driver.close?.());

    it('has taken every transition, every pair of them, and every fault in every state', () => {
      expect(coverage.toJSON()).toMatchObject({
        states: { total: 13, missing: [] },
        transitions: { total: 131, missing: [] },
        pairs: { total: 1128, missing: [] },
        faults: { missing: [] },
        undriven: [],
      });
    });
  },
);
