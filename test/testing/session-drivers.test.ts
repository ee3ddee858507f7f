import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';

import {
  memorySessionDriver,
  tcpSessionDriver,
  tlsSessionDriver,
} from '../../src/testing/drivers/session/session-drivers.js';
import { sessionModel } from '../../src/testing/models/session-model.js';
import { testModel } from '../../src/testing/run/test-model.js';
import { certificate } from '../transport/support/sockets.js';

describe.each([memorySessionDriver(), tcpSessionDriver(), tlsSessionDriver(certificate)])(
  '$name',
  (driver) => {
    const { coverage } = testModel({
      model: sessionModel,
      driver,
      paths: (process.env['PLAN'] ?? 'transitions') as never,
      it,
    });
    afterAll(() => driver.close?.());
    it('covers', () => {
      console.log(coverage.toText());
      expect(coverage.toJSON().transitions).toMatchObject({ missing: [] });
    });
  },
);
