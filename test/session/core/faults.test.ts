import { describe, expect, it } from '@jest/globals';

import {
  HTTPSessionError,
  type EndedBy,
  type ErrorCode,
  type RequestReference,
  type Testimony,
} from '../../../src/errors/index.js';
import { LIMITS } from '../../../src/constants.js';
import { HTTPRequest } from '../../../src/protocol/index.js';
import { HTTPClientSession, HTTPServerSession, type SessionState } from '../../../src/session/index.js';
import { VirtualClock, type MemorySocket } from '../../../src/transport/index.js';
import { settled } from '../../support/transport/sockets.js';
import { ENGINES, quietPair, rejection, type Engine } from '../../support/session/subject.js';

/*
 * What can go wrong, in each phase of an exchange on either side, and what the error testifies to.
 */

const NOW = 1_700_000_000_000;

/** One end of a connection under test, with an operation that waits. */
class Scene {
  readonly clock = new VirtualClock(NOW);
  readonly near: MemorySocket;
  readonly peer: MemorySocket;
  session!: HTTPClientSession | HTTPServerSession;
  /** What the operation rejects with. */
  failure!: Promise<HTTPSessionError>;

  constructor() {
    const pair = quietPair({ clock: this.clock });
    this.near = pair.server;
    this.peer = pair.client;
  }

  async send(text: string): Promise<void> {
    this.peer.write(text, 'latin1');
    await settled();
  }
}

type Phase = (engine: Engine) => Promise<Scene>;

const SECRET = 's3cret-value';

const PHASES: Readonly<Record<string, Phase>> = {
  'a raw read': async (engine) => {
    const scene = new Scene();
    scene.session = new HTTPServerSession(scene.near, { clock: scene.clock, ...engine.options });
    scene.failure = rejection(scene.session.read(1));
    return Promise.resolve(scene);
  },
  'a client that waits for the response': async (engine) => {
    const scene = new Scene();
    const session = new HTTPClientSession(scene.near, undefined, { clock: scene.clock, ...engine.options });
    scene.session = session;
    scene.failure = rejection(session.request({ path: '/slow', headers: { 'X-Secret': SECRET } }));
    await settled();
    return scene;
  },
  'a client in the response body': async (engine) => {
    const scene = new Scene();
    const session = new HTTPClientSession(scene.near, undefined, { clock: scene.clock, ...engine.options });
    scene.session = session;
    const responding = session.request({ path: '/body' });
    await scene.send(
      `HTTP/1.1 200 OK\r\nX-Secret: ${SECRET}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`,
    );
    scene.failure = rejection((await responding).body.bytes());
    return scene;
  },
  'a server in the request body': async (engine) => {
    const scene = new Scene();
    const session = new HTTPServerSession(scene.near, { clock: scene.clock, ...engine.options });
    scene.session = session;
    const requesting = session.nextRequest();
    await scene.send(
      `POST /up HTTP/1.1\r\nHost: h\r\nX-Secret: ${SECRET}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`,
    );
    scene.failure = rejection((await requesting)?.request.body.bytes() ?? Promise.resolve());
    return scene;
  },
};

const FAULTS: Readonly<Record<string, (scene: Scene) => unknown>> = {
  FIN: ({ peer }) => peer.end(),
  RST: ({ peer }) => peer.reset(),
  timeout: ({ clock }) => clock.advance(60_020),
  garbage: (scene) => scene.send('\x00garbage\r\n\r\n'),
  'local abort': ({ session }) => {
    session.abort();
  },
};

interface Expectation {
  readonly name: string;
  readonly code: ErrorCode;
  readonly endedBy: EndedBy;
}

const RESET: Expectation = { name: 'NetworkError', code: 'ERR_HTTP_SESSION_RESET', endedBy: 'rst' };
const TIMEOUT: Expectation = { name: 'TimeoutError', code: 'ERR_HTTP_SESSION_TIMEOUT', endedBy: 'timeout' };
const ABORTED: Expectation = { name: 'AbortedError', code: 'ERR_HTTP_SESSION_ABORTED', endedBy: 'local' };
const NO_MESSAGE: Expectation = {
  name: 'NoMessageError',
  code: 'ERR_HTTP_SESSION_NO_MESSAGE',
  endedBy: 'fin',
};
const INCOMPLETE: Expectation = {
  name: 'IncompleteMessageError',
  code: 'ERR_HTTP_SESSION_INCOMPLETE_MESSAGE',
  endedBy: 'fin',
};
const remote = (code: ErrorCode): Expectation => ({ name: 'RemoteProtocolError', code, endedBy: 'parse' });

const MATRIX: Readonly<Record<string, Readonly<Record<string, Expectation>>>> = {
  'a raw read': { RST: RESET, timeout: TIMEOUT, 'local abort': ABORTED },
  'a client that waits for the response': {
    FIN: NO_MESSAGE,
    RST: RESET,
    timeout: TIMEOUT,
    garbage: remote('ERR_HTTP_SESSION_BAD_START_LINE'),
    'local abort': ABORTED,
  },
  'a client in the response body': {
    FIN: INCOMPLETE,
    RST: RESET,
    timeout: TIMEOUT,
    garbage: remote('ERR_HTTP_SESSION_BAD_CHUNK'),
    'local abort': ABORTED,
  },
  'a server in the request body': {
    FIN: INCOMPLETE,
    RST: RESET,
    timeout: TIMEOUT,
    garbage: remote('ERR_HTTP_SESSION_BAD_CHUNK'),
    'local abort': ABORTED,
  },
};

/** Which request, whether the own head was sent, and whether the response had begun. */
const CIRCUMSTANCES: Readonly<Record<string, readonly [RequestReference | null, boolean, boolean]>> = {
  'a raw read': [null, false, false],
  'a client that waits for the response': [{ number: 1, method: 'GET', target: '/slow' }, true, false],
  'a client in the response body': [{ number: 1, method: 'GET', target: '/body' }, true, true],
  'a server in the request body': [{ number: 1, method: 'POST', target: '/up' }, false, false],
};

const cases = Object.entries(MATRIX).flatMap(([phase, row]) =>
  Object.entries(row).map(([fault, expected]) => [phase, fault, expected] as const),
);

describe.each(ENGINES)('under the $name', (engine) => {
  it.each(cases)('the faults of a session: %s meets %s', async (phase, fault, expected) => {
    const scene = (await PHASES[phase]?.(engine)) as Scene;
    const { session } = scene;
    await FAULTS[fault]?.(scene);
    const error = await scene.failure;
    const { testimony } = error;

    expect(error).toBeInstanceOf(HTTPSessionError);
    expect([error.name, error.code, testimony?.endedBy]).toEqual([
      expected.name,
      expected.code,
      expected.endedBy,
    ]);
    expect(testimony?.exchange).toMatch(phase === 'a raw read' ? /^idle/ : /^active/);
    const [request, headSent, responseBegun] = CIRCUMSTANCES[phase] ?? [null, false, false];
    expect(testimony).toMatchObject({
      state: stateOf(fault) as SessionState,
      request,
      headSent,
      responseBegun,
    } satisfies Partial<Testimony>);
    expect(testimony?.sessionId).toBe(session.id);
    expect(testimony?.since).toBe(NOW);
    expect(testimony?.bytesIn).toBe(scene.peer.writableFinished ? session.core.bytesIn : testimony?.bytesIn);
    expect(testimony?.bytesOut).toBeGreaterThanOrEqual(headSent ? 1 : 0);
    expect([testimony?.replay, error.replay]).toEqual(['unknown', 'unknown']);
    expect(testimony?.history.length).toBeLessThanOrEqual(LIMITS.maxHistory.value);
    expect(testimony?.history).toContainEqual({
      chart: 'session',
      event: 'socket.attach',
      state: 'connected.open',
      at: NOW,
    });
    expectPresentable(error);
    session.dispose();
  });

  /** A FIN is noticed before it fails anything; everything else strikes an open connection. */
  function stateOf(fault: string): string {
    return fault === 'FIN' ? 'connected.halfClosed' : 'connected.open';
  }
});

/** Safe for logs: JSON of a bounded size, without stacks and without what the messages said. */
function expectPresentable(error: HTTPSessionError): void {
  const json = JSON.stringify(error);
  expect(JSON.parse(json)).toMatchObject({ name: error.name, code: error.code, message: error.message });
  expect(json).not.toContain(SECRET);
  expect(json).not.toContain('.ts:');
  expect(json.length).toBeLessThan(2_048);
}

describe('the peer leaves in the middle of a head', () => {
  it('a peer that leaves in the middle of a head leaves an incomplete message, and no response', async () => {
    const { clock, near, peer } = new Scene();
    const session = new HTTPClientSession(near, undefined, { clock });
    const failure = rejection(session.request());
    peer.end('HTTP/1.1 200 O');
    const error = await failure;
    expect(error.name).toBe('IncompleteMessageError');
    expect(error.testimony).toMatchObject({ endedBy: 'fin', bytesIn: 14, responseBegun: false });
  });
});

describe('the replay verdict', () => {
  it('the replay verdict is safe while nothing of the request was handed to the socket, and never after', async () => {
    for (const isFlushed of [false, true]) {
      const { clock, near, peer } = new Scene();
      const session = new HTTPClientSession(near, undefined, { clock });
      const message = new HTTPRequest('POST', '/pay', {
        headers: { Host: 'h', 'Transfer-Encoding': 'chunked' },
      });
      const body = await session.sendRequest(message);
      if (isFlushed) session.flushRequest();
      const before = session.core.bytesOut;
      peer.reset();
      await settled();
      const error = session.networkException();
      expect([before > 0, error?.replay]).toEqual([isFlushed, isFlushed ? 'unknown' : 'safe']);
      expect(error?.testimony).toMatchObject({
        headSent: isFlushed,
        request: { method: 'POST', target: '/pay' },
      });
      expect(await rejection(body.write('x'))).toBe(error);
    }
  });

  it('the replay verdict is unknown for a request whose head the server has', async () => {
    const { clock, near, peer } = new Scene();
    const session = new HTTPClientSession(near, undefined, { clock });
    const failure = rejection(session.request({ method: 'POST', body: 'x', expectContinue: true }));
    await settled();
    peer.reset();
    expect((await failure).replay).toBe('unknown');
  });
});

describe('the context of an error', () => {
  it('an error says since when the session was in its state, however many exchanges followed', async () => {
    const { clock, near, peer } = new Scene();
    const session = new HTTPClientSession('', undefined, { clock });
    await clock.advance(5_000);
    session.attachSocket(near);
    for (let turn = 0; turn < 20; turn++) {
      await clock.advance(100);
      const responding = session.request();
      await settled();
      peer.write('HTTP/1.1 204 No Content\r\n\r\n');
      await responding;
    }
    const failure = rejection(session.request());
    await settled();
    peer.reset();
    const { testimony } = await failure;
    expect(testimony).toMatchObject({ since: NOW + 5_000, request: { number: 21 } });
    expect(testimony?.history).toHaveLength(LIMITS.maxHistory.value);
    expect(testimony?.history.every(({ chart }) => chart === 'exchange')).toBe(true);
    expectPresentable(await failure);
  });

  it('an error of a later connection says nothing about the one before', async () => {
    const { clock, near, peer } = new Scene();
    const session = new HTTPClientSession(near, undefined, { clock });
    const failure = rejection(session.request({ path: '/first' }));
    await settled();
    peer.end();
    await failure;
    const error = await rejection(session.connect({ path: '/nonexistent/socket' }));
    expect(error.testimony).toMatchObject({
      state: 'unconnected.connecting',
      endedBy: null,
      request: null,
      bytesIn: 0,
      bytesOut: 0,
    });
  });

  it('an error names what ended the connection, not the FIN before it', async () => {
    const { clock, near, peer } = new Scene();
    const session = new HTTPServerSession(near, { clock });
    peer.end();
    await settled();
    expect(session.state).toBe('connected.halfClosed');
    peer.reset();
    await settled();
    expect(session.networkException()?.testimony).toMatchObject({
      state: 'connected.halfClosed',
      endedBy: 'rst',
    });
  });
});

describe('what inspectors and logs get to see of a session', () => {
  it('inspected events and snapshots are JSON below 2 KB without any content', async () => {
    const { clock, near, peer } = new Scene();
    const session = new HTTPClientSession(near, undefined, { clock });
    for (let turn = 0; turn < 20; turn++) {
      const responding = session.request({ headers: { 'X-Secret': SECRET } });
      await settled();
      peer.write(`HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n${SECRET}`);
      await (await responding).body.bytes();
    }
    const seen: string[] = [];
    session.actor.subscribe((snapshot) => seen.push(JSON.stringify(snapshot)));
    const send = session.actor.send.bind(session.actor);
    session.actor.send = (event) => {
      seen.push(JSON.stringify(event));
      send(event);
    };
    const failure = rejection(session.request({ path: `/${'x'.repeat(4_000)}` }));
    await settled();
    peer.reset();
    await failure;
    session.attachSocket(quietPair().server);
    expect(seen.length).toBeGreaterThan(3);
    for (const json of seen) {
      expect(json).not.toContain(SECRET);
      expect(json.length).toBeLessThan(2_048);
    }
    session.dispose();
  });
});
