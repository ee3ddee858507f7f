import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import net from 'node:net';

import { describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';

import type { HTTPServer } from '../../../src/server/index.js';
import { sampled } from '../thoroughness.js';
import { countingBytes } from '../transport/sockets.js';
import { until } from '../transport/until.js';
import { answerTo, KeepAliveClient, type Address } from './keep-alive-client.js';
import { Stage } from './stage.js';

/** An application that serves the routes of the loads. */
export interface LoadedApp extends Address {
  readonly sessions: HTTPServer;
  /** Whether its port is open. */
  isListening(): boolean;
  /** Ends it as its framework does: resolves once all is answered, and the connections are closed. */
  close(): Promise<unknown>;
}

/** An application that runs, with the stage of its handlers. */
interface Load {
  readonly app: LoadedApp;
  readonly stage: Stage;
}

/** What a framework answers that is asked for something while it closes. */
export interface Habits {
  /** Fastify refuses what comes by then; frameworks that do not know answer as ever. */
  readonly statusWhileClosing?: number;
  /** Whether a request may come over an idle connection while it closes. Default: `true`. */
  readonly takesCrossing?: boolean;
  /** Whether to see how long its close takes with connections that are not used: it takes the grace of a drain. */
  readonly isPatient?: boolean;
  /** Whether another description has the same framework: `npm test` runs a sample. */
  readonly isVariant?: boolean;
  /** Whether the server can be asked for a WebSocket, at `/socket`. */
  readonly hasSockets?: boolean;
}

/** The longest that a server may take to close when nothing holds it, in milliseconds: the grace twice, and some more. */
const TIMELY = 3_500;

const UPLOAD = countingBytes(1_048_576);

/** Light loads, each of which every framework carries. */
const LOADS: Readonly<Record<string, (load: Load) => Promise<void>>> = {
  'answers GET requests over one connection': async ({ app }) => {
    using client = new KeepAliveClient(app);
    for (let count = 0; count < 3; count++) {
      expect(await client.get('/hello')).toMatchObject({ status: 200, text: 'hello' });
    }
    expect((await client.get('/missing')).status).toBe(404);
    expect(app.sessions.totalConnections).toBe(1);
  },

  'parses a JSON body and answers with JSON': async ({ app }) => {
    using client = new KeepAliveClient(app);
    const { status, headers, text } = await client.post('/json', 'application/json', '{"n":[1,"ü"]}');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(JSON.parse(text)).toEqual({ received: { n: [1, 'ü'] } });
    expect((await client.post('/json', 'application/json', '{"n":')).status).toBe(400);
    expect((await client.get('/hello')).status).toBe(200);
  },

  'streams an upload of 1 MiB to its handler': async ({ app, stage }) => {
    using client = new KeepAliveClient(app);
    const headers = { 'Content-Type': 'application/octet-stream' };
    const request = client.begin('/upload', { method: 'POST', headers });
    const answer = answerTo(request);
    const first = stage.next('piece');
    request.write(UPLOAD.subarray(0, 1_000));
    // The rest is sent once the handler has the beginning.
    await first;
    request.end(UPLOAD.subarray(1_000));
    const { status, text } = await answer;
    expect(status).toBe(200);
    const digest = createHash('sha256').update(UPLOAD).digest('hex');
    expect(JSON.parse(text)).toEqual({ bytes: UPLOAD.length, digest });
  },

  'notices a client that aborts a download': async ({ app, stage }) => {
    using client = new KeepAliveClient(app);
    const response = await client.open('/download');
    expect(response.statusCode).toBe(200);
    await atLeast(response, 500_000);
    const left = stage.next('left');
    response.destroy();
    await left;
    await until(() => app.sessions.currentConnections === 0);
    expect((await client.get('/hello')).text).toBe('hello');
  },

  'notices a client that leaves an event stream': async ({ app, stage }) => {
    using client = new KeepAliveClient(app);
    const response = await client.open('/events');
    expect(response.headers['content-type']).toMatch(/^text\/event-stream/);
    let events = '';
    response.on('data', (piece: Buffer) => (events += String(piece)));
    await until(() => events.endsWith('data: 1\n\n'));
    const left = stage.next('left');
    response.destroy();
    await left;
    await until(() => app.sessions.currentConnections === 0);
  },

  'answers the request in flight before it closes': async ({ app, stage }) => {
    using client = new KeepAliveClient(app);
    const asked = stage.next('asked');
    const answer = client.get('/slow');
    await asked;
    const begun = performance.now();
    const closed = app.close();
    await until(() => !app.isListening());
    stage.release();
    expect(await answer).toMatchObject({ status: 200, text: 'answered' });
    await closed;
    expect(performance.now() - begun).toBeLessThan(TIMELY);
    await until(() => app.sessions.currentConnections === 0);
  },

  'drains with a request in flight, and closes then': async ({ app, stage }) => {
    using client = new KeepAliveClient(app);
    const asked = stage.next('asked');
    const answer = client.get('/slow');
    await asked;
    const drained = app.sessions.drain();
    stage.release();
    expect(await answer).toMatchObject({
      status: 200,
      text: 'answered',
      headers: { connection: 'close' },
    });
    expect(await drained).toMatchObject({ finished: 1, aborted: 0 });
  },
};

/** Closes with a connection that is idle, and one that has never sent anything. */
async function closeInTime({ app }: Load): Promise<void> {
  using idle = new KeepAliveClient(app);
  await idle.get('/hello');
  const silent = net.connect(app.port, '127.0.0.1');
  await once(silent, 'connect');
  await until(() => app.sessions.currentConnections === 2);
  const ended = once(silent.resume(), 'end');
  const begun = performance.now();
  await app.close();
  expect(performance.now() - begun).toBeLessThan(TIMELY);
  await ended;
  silent.destroy();
}

/** Closes with an idle connection over which a request is on its way. */
async function closeAcross({ app, stage }: Load, { statusWhileClosing = 200 }: Habits): Promise<void> {
  using idle = new KeepAliveClient(app);
  using busy = new KeepAliveClient(app);
  await idle.get('/hello');
  const asked = stage.next('asked');
  const answer = busy.get('/slow');
  await asked;
  const closed = app.close();
  await until(() => !app.isListening());
  expect((await idle.get('/hello')).status).toBe(statusWhileClosing);
  stage.release();
  expect((await answer).text).toBe('answered');
  await closed;
}

/** Talks over a WebSocket, and leaves. */
async function speakWebSocket({ app }: Load): Promise<void> {
  const scheme = app.isSecure === true ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://127.0.0.1:${app.port}/socket`, { rejectUnauthorized: false });
  await once(socket, 'open');
  expect(app.sessions.counts().states).toEqual({ detached: 1 });
  for (const size of [5, 70_000]) {
    const message = Buffer.alloc(size, 'm');
    socket.send(message);
    const [echo] = (await once(socket, 'message')) as [Buffer];
    expect(echo.equals(message)).toBe(true);
  }
  const closed = once(socket, 'close');
  socket.close(1000);
  expect((await closed)[0]).toBe(1000);
  await until(() => app.sessions.currentConnections === 0);
}

/** Reads a response until that many bytes came. */
async function atLeast(response: IncomingMessage, bytes: number): Promise<void> {
  let received = 0;
  response.on('data', (piece: Buffer) => (received += piece.length));
  await until(() => received >= bytes);
}

/** Runs every load on an application of its own. */
export function describeLoads(
  name: string,
  start: (stage: Stage) => Promise<LoadedApp>,
  habits: Habits = {},
): void {
  const { hasSockets = true, takesCrossing = true, isPatient = false, isVariant = false } = habits;
  const loads = Object.entries(LOADS);
  if (hasSockets) loads.push(['speaks WebSocket on its port', speakWebSocket]);
  if (takesCrossing) {
    loads.push(['answers a request that crosses its close', (load) => closeAcross(load, habits)]);
  }
  if (isPatient) loads.push(['closes in time with connections that are not used', closeInTime]);
  describe(name, () => {
    it.each(isVariant ? sampled(loads, 3) : loads)(`${name} %s`, async (_, run) => {
      const stage = new Stage();
      const app = await start(stage);
      try {
        await run({ app, stage });
      } finally {
        for (const session of [...app.sessions.sessions]) session.abort();
        await app.close();
      }
    });
  });
}
