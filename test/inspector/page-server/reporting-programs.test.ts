import { once } from 'node:events';
import net from 'node:net';

import { describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';

import { INSPECTION } from '../../../src/inspector/model/inspection-limits.js';
import type { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { ask } from '../../support/cli/ask.js';
import { changeUntil } from '../../support/inspector/model.js';
import { asked, whileOpen } from '../../support/inspector/page-server.js';
import { clientFrame } from '../../support/inspector/websocket-frames.js';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** A report of an actor in a state. */
function report(state: string, context: unknown = {}): string {
  return JSON.stringify({
    ...{ type: '@xstate.snapshot', sessionId: 'x', event: { type: 'go' } },
    snapshot: { status: 'active', value: state, context },
  });
}

async function connected(page: InspectorPage): Promise<WebSocket> {
  const socket = new WebSocket(page.url.replace('http', 'ws'));
  await once(socket, 'open');
  return socket;
}

/** A WebSocket whose bytes the test writes. */
async function rawlyConnected(page: InspectorPage): Promise<net.Socket> {
  const socket = net.connect(page.port, '127.0.0.1');
  socket.write(
    [
      ...['GET / HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'],
      ...['Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${KEY}`, '', ''],
    ].join('\r\n'),
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  // The example of RFC 6455, section 1.3.
  expect(answer.toString()).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  return socket;
}

const isIn = (page: InspectorPage, state: string): Promise<void> => {
  const holds = (): boolean => page.model.list({ state, status: 'live' }).total === 1;
  return holds() ? Promise.resolve() : changeUntil(page.model, holds);
};

const hasDropped = (page: InspectorPage, count: number): Promise<void> => {
  const holds = (): boolean => page.model.fleet().dropped === count;
  return holds() ? Promise.resolve() : changeUntil(page.model, holds);
};

describe('programs that report what they should not', () => {
  it.each<[string, string]>([
    ['deep', report('a').replace('{}', `${'['.repeat(20_000)}${']'.repeat(20_000)}`)],
    [
      'deep and wide',
      report('a', 0).replace(/0\}/, `${'['.repeat(1_500)}${'0,'.repeat(20_000)}0${']'.repeat(1_500)}}`),
    ],
  ])('a context that is %s is cut, and the page continues', async (_what, message) => {
    await whileOpen(async (page) => {
      const socket = await connected(page);
      socket.send(message);
      await isIn(page, 'a');
      expect(await asked(page, '/api/actors')).toMatchObject({ total: 2 });
      expect(JSON.stringify(await asked(page, '/api/recording')).length).toBeLessThan(50_000);
      socket.terminate();
    });
  });

  it('a message that is not JSON is counted as dropped', async () => {
    await whileOpen(async (page) => {
      const socket = await connected(page);
      socket.send('{');
      await hasDropped(page, 1);
      socket.send(report('a'));
      await isIn(page, 'a');
      socket.terminate();
    });
  });

  it('a message that is too long is lost and counted, and its program continues to report', async () => {
    await whileOpen(async (page) => {
      const socket = await connected(page);
      socket.send(report('a'));
      socket.send(report('b', 'x'.repeat(5 * 1_048_576)));
      await hasDropped(page, 1);
      expect(page.model.list({ state: 'a', status: 'live' }).total).toBe(1);
      socket.send(report('c'));
      await isIn(page, 'c');
      socket.terminate();
    });
  });

  it('a message that does not come whole in time is dropped, and the next one is read', async () => {
    const clock = new VirtualClock();
    await whileOpen(
      async (page) => {
        const socket = await rawlyConnected(page);
        socket.write(clientFrame({ payload: report('a') }));
        await isIn(page, 'a');
        // Between messages there is no timer.
        await clock.advance(INSPECTION.maxMessageTime.value * 2);
        const whole = clientFrame({ payload: report('b') });
        socket.write(Buffer.concat([clientFrame({ payload: report('begun') }), whole.subarray(0, 30)]));
        await isIn(page, 'begun');
        await clock.advance(INSPECTION.maxMessageTime.value - 1);
        expect(page.model.fleet().dropped).toBe(0);
        await clock.advance(1);
        expect(page.model.fleet().dropped).toBe(1);
        socket.write(whole.subarray(30));
        socket.write(clientFrame({ payload: report('c') }));
        await isIn(page, 'c');
        expect(page.model.list({ state: 'c' }).actors[0]?.transitions).toBe(3);
        socket.destroy();
      },
      { clock },
    );
  });

  it('programs are limited: one more is refused with 503, until one has left', async () => {
    await whileOpen(async (page) => {
      const most = INSPECTION.maxTellers.value;
      const sockets = await Promise.all(Array.from({ length: most }, () => connected(page)));
      const refused = new WebSocket(page.url.replace('http', 'ws'));
      const [error] = (await once(refused, 'error')) as [Error];
      expect(error.message).toContain('503');
      sockets[0]?.send(report('a'));
      await isIn(page, 'a');
      const hasLeft = changeUntil(
        page.model,
        () => page.model.list({ status: 'live', state: 'a' }).total === 0,
      );
      sockets[0]?.terminate();
      await hasLeft;
      sockets[0] = await connected(page);
      for (const socket of sockets) socket.terminate();
    });
  });
});

describe('the WebSocket of the page', () => {
  it('a ping is answered, and a close ends the connection in order', async () => {
    await whileOpen(async (page) => {
      const socket = await connected(page);
      socket.ping('there?');
      const [payload] = (await once(socket, 'pong')) as [Buffer];
      expect(payload.toString()).toBe('there?');
      socket.close(1_000);
      const [code] = (await once(socket, 'close')) as [number];
      expect(code).toBe(1_000);
    });
  });

  it('a page that closes says so to the programs that report', async () => {
    let socket: WebSocket | undefined;
    let closed: Promise<unknown[]> | undefined;
    await whileOpen(async (page) => {
      socket = await connected(page);
      closed = once(socket, 'close');
    });
    expect((await closed)?.[0]).toBe(1_001);
  });

  it('what is no WebSocket ends the connection with 1002, and is counted', async () => {
    await whileOpen(async (page) => {
      const socket = await rawlyConnected(page);
      socket.write('GET / HTTP/1.1\r\n\r\n');
      const [frame] = (await once(socket, 'data')) as [Buffer];
      expect([...frame]).toEqual([0x88, 2, 0x03, 0xea]);
      expect(page.model.fleet().dropped).toBe(1);
      await once(socket, 'close');
    });
  });

  it.each<[string, Record<string, string>, number, string]>([
    ['another version', { 'Sec-WebSocket-Version': '8' }, 426, 'must be 13'],
    ['no key', { 'Sec-WebSocket-Key': '' }, 400, 'Sec-WebSocket-Key'],
    ['a key that is too short', { 'Sec-WebSocket-Key': 'abc=' }, 400, 'Sec-WebSocket-Key'],
  ])('a handshake with %s is refused', async (_what, fields, status, why) => {
    await whileOpen(async (page) => {
      const answer = await ask(page.url, {
        headers: {
          ...{ Connection: 'Upgrade', Upgrade: 'websocket' },
          ...{ 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': KEY, ...fields },
        },
      });
      expect(answer.status).toBe(status);
      expect(answer.body.toString()).toContain(why);
      if (status === 426) expect(answer.headers['sec-websocket-version']).toBe('13');
    });
  });

  it('the end of a connection, in order or not, ends the actors of its program', async () => {
    await whileOpen(async (page) => {
      for (const end of [
        (socket: net.Socket) => socket.end(),
        (socket: net.Socket) => socket.resetAndDestroy(),
      ]) {
        const socket = await rawlyConnected(page);
        socket.on('error', () => undefined);
        socket.write(clientFrame({ payload: report('a') }));
        await isIn(page, 'a');
        const hasEnded = changeUntil(
          page.model,
          () => page.model.list({ status: 'live', state: 'a' }).total === 0,
        );
        end(socket);
        await hasEnded;
      }
    });
  });
});
