import { once } from 'node:events';
import http, { type RequestListener, type Server, type ServerOptions } from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import { expect } from '@jest/globals';

import { onSessions } from '../../../../src/adapters/node/index.js';
import type { HTTPServerParams } from '../../../../src/server/index.js';
import { certificate, settled } from '../../transport/sockets.js';
import { until } from '../../transport/until.js';
import { EventLog } from './event-log.js';
import { Far } from './far.js';

/** What is tried on a server of node:http and on one whose connections are sessions. */
export interface Scenario {
  readonly options?: ServerOptions;
  /** Of the sessions alone. */
  readonly params?: HTTPServerParams;
  readonly isSecure?: boolean;
  readonly listener?: (...of: [...Parameters<RequestListener>, EventLog]) => unknown;
  /** Changes the server before it listens. */
  readonly prepare?: (server: Server, log: EventLog) => unknown;
  /** What is another way on sessions, on purpose: a line of node:http as it reads there, or `null` for one that is not there. */
  readonly differs?: (line: string) => string | null;
  /** What clients do. */
  readonly client: (trial: Trial) => Promise<unknown>;
}

/** A scenario on one of the servers. */
export interface Trial {
  readonly server: Server;
  readonly port: number;
  readonly log: EventLog;
  /** Connects a raw client, and sends. What it gets is compared, too. */
  connect(data?: string | Uint8Array): Promise<Far>;
}

/** What can be seen of a scenario. */
export interface Outcome {
  readonly events: readonly string[];
  /** What the clients got, with the date taken out, and how their connections ended. */
  readonly wire: readonly string[];
}

/** Runs a scenario on both kinds of server. */
export async function onBoth(scenario: Scenario): Promise<{ node: Outcome; sessions: Outcome }> {
  return { node: await outcomeOf(scenario, false), sessions: await outcomeOf(scenario, true) };
}

/** Expects that a scenario has the same events and the same bytes on both. */
export async function expectSame(scenario: Scenario): Promise<Outcome> {
  const { node, sessions } = await onBoth(scenario);
  const { differs = (line) => line } = scenario;
  const expected = (lines: readonly string[]): string[] =>
    lines.map(differs).filter((line): line is string => line !== null);
  expect(sessions).toEqual({ events: expected(node.events), wire: expected(node.wire) });
  return sessions;
}

/** Runs a scenario on one kind of server. */
export async function outcomeOf(scenario: Scenario, isOnSessions: boolean): Promise<Outcome> {
  const log = new EventLog();
  const { isSecure = false, options = {}, params, listener, prepare } = scenario;
  const made = isSecure ? https.createServer({ ...certificate, ...options }) : http.createServer(options);
  const server = isOnSessions ? onSessions(made, params) : made;
  log.watchServer(server);
  if (listener !== undefined) {
    server.on('request', (request, response) => listener(request, response, log));
  }
  const open = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await prepare?.(server, log);
  const clients: Far[] = [];
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as net.AddressInfo;
  try {
    await scenario.client({
      server,
      port,
      log,
      connect: async (data = '') => {
        const client = new Far(port, isSecure);
        clients.push(client);
        await client.connected;
        if (data.length > 0) client.send(data);
        return client;
      },
    });
    if (!isSecure) await until(() => clients.every((client) => hasAll(client, open)));
    await settled();
    const wire = clients.map((client) => client.outcome);
    for (const client of clients) client.socket.destroy();
    await until(() => open.size === 0);
    return { events: isSecure ? log.comparable.map(unfinished) : log.comparable, wire };
  } finally {
    for (const socket of [...clients.map((client) => client.socket), ...open]) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
}

/** Whether a client has got all that the server has written to it. */
function hasAll({ socket }: Far, open: ReadonlySet<net.Socket>): boolean {
  const server = [...open].find(({ remotePort }) => remotePort === socket.localPort);
  return (
    server === undefined || socket.destroyed || socket.isPaused() || socket.bytesRead >= server.bytesWritten
  );
}

/** A socket of TLS calls back some turns after it has sent, for which `finish` does not wait on sessions. */
function unfinished(line: string): string {
  return line.replace(/(^res \d finish .* writableEnded) writableFinished/, '$1');
}
