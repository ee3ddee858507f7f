import { describe, it } from '@jest/globals';

import { toDispatcher } from '../../../src/client/dispatcher/index.js';
import { HTTPClient } from '../../../src/client/index.js';
import * as main from '../../../src/index.js';
import { cellsOf, runCell } from '../../fetches/run-cells.mjs';

const library = { ...main, HTTPClient, toDispatcher };

/** Those that this version of Node.js can load; `npm run test:fetches` has all of them. */
const SUBJECTS = ['global', 'undici6', 'undici'];

/** The global `fetch` belongs to another realm than what Jest loads, and takes its errors for something else. */
const isOfAnotherRealm = (subject: string, name: string): boolean =>
  subject === 'global' && /^(?:WebSocket|error\.cause)/.test(name);

describe.each(SUBJECTS)('the dispatcher under the fetch of %s', (subject) => {
  const cells = Object.entries(cellsOf(subject)).filter(([name]) => !isOfAnotherRealm(subject, name));
  it.each(cells)('serves the cell "%s"', async (_name, cell) => {
    await runCell(subject, cell, library);
  });
});
