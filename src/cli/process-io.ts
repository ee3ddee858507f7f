import type { CommandIO } from './io.js';

/** The streams, signals and environment of this process. */
export function processIO(): CommandIO {
  // Whoever writes hears of a broken pipe by the write itself; the event alone would end the process with a stack.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return { stdout: process.stdout, stderr: process.stderr, signals: process, env: process.env };
}
