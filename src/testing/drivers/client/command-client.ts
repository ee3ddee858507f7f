import { spawn } from 'node:child_process';

import type { AskClient, ClientCall } from './client-system.js';

/** The command of a client: the program, and what it is told. */
export type ClientCommand = readonly [program: string, ...words: string[]];

/**
 * A client that is a command: one process for each request, which prints the body and nothing else, and ends with exit
 * code 0 only when it has got an answer.
 *
 * @param commandOf - makes the command of a call: `({ url }) => ['curl', '--silent', '--fail', url]`.
 */
export function commandClient(commandOf: (call: ClientCall) => ClientCommand): AskClient {
  return (call) =>
    new Promise((resolve, reject) => {
      const [program, ...words] = commandOf(call);
      const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
      const out: Buffer[] = [];
      const complaints: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve({ body: Buffer.concat(out).toString('latin1') });
        else reject(new Error(`exit code ${String(code)}: ${Buffer.concat(complaints).toString().trim()}`));
      });
    });
}
