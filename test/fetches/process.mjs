import { createRequire } from 'node:module';

import { cellsOf, runCell } from './run-cells.mjs';
import { GLOBAL_CELLS } from './switch-cells.mjs';

/*
 * Runs the cells of one subject in this Node.js and prints a line of JSON for each: `node process.mjs SUBJECT`. Expects a
 * fresh build in dist.
 */
const subject = String(process.argv[2]);
const main = await import('http-session-machine');
const { HTTPClient } = await import('http-session-machine/client');
const { toDispatcher } = await import('http-session-machine/undici');
const library = { ...main, HTTPClient, toDispatcher };
const { undici: inNode } = process.versions;
const version =
  subject === 'global' ? inNode : createRequire(import.meta.url)(`${subject}/package.json`).version;
console.log(JSON.stringify({ version }));
for (const [name, cell] of Object.entries({
  ...cellsOf(subject),
  ...(subject === 'global' ? {} : GLOBAL_CELLS),
})) {
  const error = await runCell(subject, cell, library).then(
    () => null,
    (reason) => String(reason?.stack ?? reason),
  );
  console.log(JSON.stringify({ name, error }));
}
// What a WebSocket leaves behind must not keep the process.
process.exit(0);
