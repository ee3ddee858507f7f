import { spawn } from 'node:child_process';

import { clientModel } from '../../models/client-model.js';
import type { ClientDriver } from '../driver.js';
import { PATIENCE } from '../patience.js';
import { AskedServer } from './asked-server.js';
import { ClientSystem, type AskClient, type ClientCall, type LetClientWait } from './client-system.js';

/** A client to be driven. */
export interface ClientDriverOptions {
  /** What is driven, for people. @defaultValue 'the client' */
  readonly name?: string | undefined;
  /** The client: sends the given request, resolves with the whole answer, rejects when there is none. */
  readonly ask: AskClient;
  /**
   * Lets the time pass after which the client gives up; may do nothing if that is below 3 seconds. Without it, the client
   * is not expected to give up.
   */
  readonly wait?: LetClientWait | undefined;
  /** Milliseconds of real time after which what has not happened is taken not to happen. @defaultValue 3000 */
  readonly patience?: number | undefined;
}

/**
 * Drives any HTTP/1.1 client, as its user and as the server that it asks: one that listens on loopback and speaks raw
 * bytes. Each path has a server, and so a port, of its own.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * const ask: AskClient = async ({ url, method, body = null }) => {
 *   const response = await fetch(url, { method, body });
 *   return { status: response.status, body: await response.text() };
 * };
 * testModel({ model: clientModel, driver: clientDriver({ name: 'fetch', ask }), it: test });
 * ```
 */
export function clientDriver(options: ClientDriverOptions): ClientDriver {
  const { name = 'the client', ask, wait, patience = PATIENCE } = options;
  return {
    name,
    parties: ['server', 'client'],
    events: clientModel.events.filter((event) => event !== 'stall' || wait !== undefined),
    start: async (journey) =>
      new ClientSystem({ ask, wait, patience }, journey, await AskedServer.open(journey.wire)),
  };
}

/** The command of a client: the program and its arguments. */
export type ClientCommand = readonly [program: string, ...words: string[]];

/**
 * A client that is a command: one process for each request, which prints the body and nothing else, and ends with exit
 * code 0 only when it has got an answer.
 *
 * @param commandOf - makes the command of a call: `({ url }) => ['curl', '--silent', '--fail', url]`.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * const ask = commandClient(({ url, method, body }) =>
 *   method === 'GET' ? ['curl', '-sf', url] : ['curl', '-sf', '--data-raw', body ?? '', url],
 * );
 * testModel({ model: clientModel, driver: clientDriver({ name: 'curl', ask }), it: test });
 * ```
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
