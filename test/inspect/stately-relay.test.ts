import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { createWebSocketInspector } from '@statelyai/inspect';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocketServer } from 'ws';

import { EXCHANGE_EVENTS, SESSION_EVENTS, sessionMachine } from '../../machines/index.js';
import { inspectSessions } from '../../src/inspect/index.js';
import { PROCESS_KEY } from '../../src/inspect/stately-inspector.js';
import { snapshotOf } from '../../src/chart/actors.js';
import { exchangeChart, sessionChart } from '../../src/session/core/charts.js';
import { buildPackage, type BuiltPackage } from '../support/cli/build.js';
import { Process } from '../support/cli/process.js';
import { echoBody, get, post, Served } from '../support/http/served.js';
import { freePort } from '../support/transport/sockets.js';
import { until } from '../support/transport/until.js';
import { wholeOf } from '../support/inspect/chart-nodes.js';
import { Listener, Relay, type WireMessage } from '../support/inspect/relay.js';
import { sized } from '../support/thoroughness.js';

const SECRET = 'planted-secret';

/** Messages without what differs from one to the next, and without what a snapshot of its own says for nothing. */
const shapesOf = (messages: readonly WireMessage[]): unknown[] =>
  messages.map((message) => [
    message.type,
    Object.keys(message)
      .filter((key) => message.type !== '@xstate.snapshot' || (key !== 'id' && key !== 'rootId'))
      .sort(),
  ]);

/** The characters of what differs from one transition to the next. */
function lengthOf({ event, snapshot }: { event?: { type: string }; snapshot: { value?: unknown } }): number {
  return JSON.stringify(event).length + JSON.stringify(snapshot.value ?? '').length;
}

describe("at Stately's relay server", () => {
  it('the Stately relay gets a session with its definition, then every transition', async () => {
    using relay = await Relay.open();
    using inspection = inspectSessions({ url: relay.url });
    await until(() => inspection.connected);
    const served = new Served(echoBody);
    await served.send(post('hello'));
    await served.fin();
    await relay.heard((messages) => messages.at(-1)?.snapshot.status === 'done');

    const name = `server session ${String(served.session.id)}`;
    const actor = relay.messages.find((message) => message.name === name);
    expect(actor).toMatchObject({
      type: '@xstate.actor',
      rootId: PROCESS_KEY,
      parentId: PROCESS_KEY,
    });
    const definition = JSON.parse(actor?.definition ?? '') as typeof sessionMachine.config;
    expect(Object.keys(definition.states ?? {}).sort()).toEqual(
      Object.keys(sessionMachine.config.states ?? {}).sort(),
    );
    expect(definition.states?.['connected']).toMatchObject({ description: expect.any(String) });
    const told = relay.messages.filter(
      ({ type, sessionId }) => type === '@xstate.snapshot' && sessionId === actor?.sessionId,
    );
    expect(told.map(({ event, snapshot }) => [event?.type, snapshot.value])).toEqual([
      ['socket.attach', { connected: 'open' }],
      ['socket.ended', { connected: 'halfClosed' }],
      ['session.close', 'closed'],
      ['', 'closed'],
    ]);
  });

  it('the Stately relay gets messages in the form of its own WebSocket inspector', async () => {
    const [own, theirs] = [await Relay.open(), await Relay.open()];
    const inspector = createWebSocketInspector({ url: theirs.url });
    const ours = inspectSessions({ url: own.url });
    const through = inspectSessions({ inspector });
    await until(() => ours.connected);
    const served = new Served(echoBody);
    await served.send(get());
    await served.fin();
    for (const relay of [own, theirs]) {
      await relay.heard((messages) => messages.at(-1)?.snapshot.status === 'done');
    }
    expect(shapesOf(own.messages)).toEqual(shapesOf(theirs.messages));
    for (const { close } of [ours, through]) close();
    inspector.stop();
    for (const relay of [own, theirs]) relay[Symbol.dispose]();
  });

  it('a message to the Stately relay has at most 300 bytes, with names of states and events only', async () => {
    using relay = await Relay.open();
    using inspection = inspectSessions({ url: relay.url });
    await until(() => inspection.connected);
    const served = new Served(echoBody);
    for (let count = 0; count < 5; count++) {
      await served.send(post(SECRET, `Authorization: ${SECRET}\r\nX-${SECRET}: x\r\n`, `/${SECRET}`));
    }
    await served.reset();
    await relay.heard((messages) => messages.at(-1)?.snapshot.status === 'error');
    expect(served.session.history.length).toBeGreaterThan(20);
    for (const text of relay.texts) expect(text).not.toContain(SECRET);
    const transitions = relay.messages.flatMap((message, at) =>
      message.type === '@xstate.snapshot' ? [{ message, text: relay.texts[at] as string }] : [],
    );
    // Of a message all but the state and the event are of the same length, but for the numbers of session and process:
    // here for seven digits of each.
    const longer = 5 - PROCESS_KEY.length + 5 - served.session.id.toString(36).length;
    const frame =
      longer + Math.max(...transitions.map(({ message, text }) => text.length - lengthOf(message)));
    const tooLong: string[] = [];
    for (const edges of [
      wholeOf(sessionChart, SESSION_EVENTS).edges,
      wholeOf(exchangeChart, EXCHANGE_EVENTS).edges,
    ]) {
      for (const { event, target } of edges) {
        const length = lengthOf({ event: { type: event }, snapshot: snapshotOf(target) });
        if (frame + length > 300) tooLong.push(`${event} ${target.name}: ${frame + length}`);
      }
    }
    expect(tooLong).toEqual([]);
    expect(served.session.networkException()).not.toBeNull();
  });

  it('a Stately relay that reconnects gets everything again', async () => {
    const port = await freePort();
    using inspection = inspectSessions({ url: `ws://127.0.0.1:${String(port)}` });
    const served = new Served(echoBody);
    const name = `server session ${String(served.session.id)}`;
    for (let round = 0; round < 2; round++) {
      using relay = await Listener.open(port);
      await until(() => relay.messages.some((message) => message.name === name));
      await served.send(get());
      await until(() => relay.messages.some(({ event }) => event?.type === 'response.end'));
    }
    await until(() => !inspection.connected);
  });
});

describe('a relay that is away or slow', () => {
  it('a slow relay has a bounded queue; dropped messages are counted, and the state is resent later', async () => {
    const port = await freePort();
    using inspection = inspectSessions({ url: `ws://127.0.0.1:${String(port)}`, maxQueued: 10 });
    const served = new Served(echoBody);
    for (let count = 0; count < 10; count++) await served.send(get());
    expect(inspection.dropped).toBeGreaterThan(10);
    using relay = await Relay.open(port);
    await relay.heard(() => relay.names.includes(`server session ${String(served.session.id)}`));
    expect(relay.names).toEqual(expect.arrayContaining(['exchange', 'bufferService']));
    // Definitions alone: what was dropped is not told as if it happened now.
    expect(relay.messages.every(({ type }) => type === '@xstate.actor')).toBe(true);
  });

  it('an absent relay costs bounded memory, however many sessions are announced', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    server.on('connection', (socket) => {
      socket.pause();
    });
    const { port } = server.address() as { port: number };
    const count = sized(400, 150);
    const all = Array.from({ length: count }, () => new Served(echoBody));
    using inspection = inspectSessions({
      url: `ws://127.0.0.1:${String(port)}`,
      maxQueued: 100,
      of: all.map(({ session }) => session),
    });
    await until(() => inspection.connected);
    for (let round = 0; round < 3; round++) for (const served of all) await served.send(get());
    expect(inspection.dropped).toBeGreaterThan(100);
    for (const client of server.clients) client.resume();
    let announced = 0;
    for (const client of server.clients) client.on('message', () => announced++);
    await until(() => announced >= count * 3);
    for (const client of server.clients) client.terminate();
    server.close();
    await Promise.all(all.map((served) => served.fin()));
  });
});

describe('a process that is inspected', () => {
  let built: BuiltPackage;

  beforeAll(() => {
    built = buildPackage();
  }, 120_000);

  afterAll(() => {
    built.remove();
  });

  it.each(['there', 'not there'])('an inspected process ends by itself, with the relay %s', async (where) => {
    const port = await freePort();
    const relay = where === 'there' ? await Relay.open(port) : null;
    const program = built.copyOf('test/inspect/programs');
    const process = new Process(`${program}/ends.mjs`, [`ws://127.0.0.1:${String(port)}`]);
    const began = performance.now();
    expect(await process.ended).toBe(0);
    expect(process.out).toBe(`${String(where === 'there')}\n`);
    expect(performance.now() - began).toBeLessThan(4_000);
    relay?.[Symbol.dispose]();
  });

  it.each<[string, string]>([
    ['never answers the handshake', ''],
    ['answers half of the handshake', 'HTTP/1.1 101 Switching'],
  ])('an inspected process ends by itself, with a relay that %s', async (_how, answer) => {
    const accepted = new Set<Socket>();
    const mute = createServer((socket) => {
      accepted.add(socket.on('error', () => undefined));
      socket.write(answer);
    });
    await once(mute.listen(0, '127.0.0.1'), 'listening');
    const { port } = mute.address() as AddressInfo;
    const program = built.copyOf('test/inspect/programs');
    const process = new Process(`${program}/ends.mjs`, [`ws://127.0.0.1:${String(port)}`]);
    const began = performance.now();
    expect(await process.ended).toBe(0);
    expect(process.out).toBe('false\n');
    expect(accepted.size).toBe(1);
    // The handshake is given up after five seconds.
    expect(performance.now() - began).toBeLessThan(4_000);
    for (const socket of accepted) socket.destroy();
    mute.close();
  });

  it('the page needs no optional peer, and inspectSessions() says which one it lacks', async () => {
    const alone = buildPackage(['xstate']);
    try {
      const program = alone.copyOf('test/inspect/programs');
      const process = new Process(`${program}/without-peers.mjs`);
      expect([await process.ended, process.err]).toEqual([0, '']);
      expect(process.out.split('\n')).toEqual([
        expect.stringContaining('session'),
        'inspectSessions(): the package ws is not installed; run npm install ws',
        'function',
        '',
      ]);
    } finally {
      alone.remove();
    }
  });
});
