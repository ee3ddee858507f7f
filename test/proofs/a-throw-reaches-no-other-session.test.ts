import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { HTTPServer } from '../../src/server/index.js';
import type { HTTPServerSession, RequestHandler, SessionEventName } from '../../src/session/index.js';
import { createMemoryPair, VirtualClock, type MemorySocket } from '../../src/transport/index.js';
import '../support/http/faults.js';
import { get, post } from '../support/http/served.js';
import { settled } from '../support/transport/sockets.js';
import { sized } from '../support/thoroughness.js';

const uncaught: unknown[] = [];
const note = (error: unknown): void => {
  uncaught.push(error);
};

beforeAll(() => {
  process.on('uncaughtException', note).on('unhandledRejection', note);
});

afterAll(() => {
  process.off('uncaughtException', note).off('unhandledRejection', note);
});

const OTHERS = sized(999, 49);

const mine = (): never => {
  throw new Error('mine');
};

const rejecting: () => unknown = () => Promise.reject(new Error('mine'));

const NAMES: readonly SessionEventName[] = [
  'transition',
  'unconnected',
  'connected',
  'detached',
  'errored',
  'closed',
];

/** Everything of a user's that a session calls, throwing. */
const HOOKS: Readonly<Record<string, (session: HTTPServerSession) => unknown>> = {
  ...Object.fromEntries(
    NAMES.map((name) => [`on('${name}')`, (session: HTTPServerSession) => session.on(name, mine)]),
  ),
  'an async listener': (session) => session.subscribe(rejecting),
  'actor.subscribe': (session) => session.actor.subscribe(mine),
  'actor.subscribe with an observer': (session) =>
    session.actor.subscribe({ next: mine, error: mine, complete: mine }),
};

const HANDLERS: Readonly<Record<string, RequestHandler>> = {
  'a handler that throws': mine,
  'a handler that rejects': async () => Promise.reject(new Error('mine')),
  'a handler that throws in the middle of its response': async (_request, response) => {
    await response.write('begun');
    mine();
  },
  'a handler that throws while it reads': async (request) => {
    for await (const _piece of request) mine();
  },
};

/** What brings a session through its states. */
const LIVES: Readonly<Record<string, (session: HTTPServerSession, client: MemorySocket) => unknown>> = {
  'serves and is closed by its peer': (_session, client) => client.end(post('body'), 'latin1'),
  'is reset': (_session, client) => client.reset(),
  'meets nonsense': (_session, client) => client.write('nonsense\r\n\r\n'),
  'is drained': (session) => session.drain(),
  'is detached': (session) => session.detachSocket(),
  'is aborted': (session) => session.abort(),
  'gets an exception, and loses it again': (session) => {
    session.setException(new Error('stored'));
    session.clearException();
  },
};

/** A server with many connections; one of them meets the throw. */
async function amongOthers(
  handler: RequestHandler,
  meet: (session: HTTPServerSession, client: MemorySocket) => unknown,
): Promise<void> {
  const server = new HTTPServer(
    (request, response) => (request.path === '/other' ? response.end('fine') : handler(request, response)),
    { clock: new VirtualClock() },
  );
  const others = Array.from({ length: OTHERS }, () => {
    const pair = createMemoryPair();
    server.serve(pair.server);
    return pair.client.on('error', () => undefined);
  });
  const pair = createMemoryPair();
  pair.client.on('error', () => undefined).resume();
  await meet(server.serve(pair.server), pair.client);
  await settled();
  await settled();
  let answered = 0;
  for (const client of others) {
    client.on('data', (chunk: Buffer) => (answered += chunk.includes('fine') ? 1 : 0));
    client.write(get('/other'));
  }
  await settled();
  await settled();
  expect(answered).toBe(OTHERS);
  expect(uncaught).toEqual([]);
  await server.stop();
}

describe(`a throw reaches neither the process nor the other ${String(OTHERS)} sessions`, () => {
  it.each(Object.keys(HANDLERS))('a throw of %s reaches no other session', async (name) => {
    await amongOthers(HANDLERS[name]!, (_session, client) => client.write(post('body')));
  });

  const cases = Object.keys(HOOKS).flatMap((hook) => Object.keys(LIVES).map((life) => [hook, life] as const));

  it.each(cases)('a throw of %s, on a session that %s, reaches no other session', async (hook, life) => {
    await amongOthers(
      (_request, response) => response.end(),
      (session, client) => {
        HOOKS[hook]!(session);
        return LIVES[life]!(session, client);
      },
    );
  });
});
