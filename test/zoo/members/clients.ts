import http from 'node:http';
import { text } from 'node:stream/consumers';

import { Client, Pool, type Dispatcher } from 'undici';

import { HTTPClientSession } from '../../../src/session/index.js';
import type { AskClient } from '../../../src/testing/index.js';
import { NODE, versionOf, type ClientMember, type OpenClient } from './member.js';

/** One thing for each origin, made when it is first asked for. */
function perOrigin<T>(make: (origin: string) => T): {
  readonly of: (url: string) => T;
  readonly all: () => readonly T[];
} {
  const made = new Map<string, T>();
  return {
    of: (url) => {
      const { origin } = new URL(url);
      const one = made.get(origin) ?? make(origin);
      made.set(origin, one);
      return one;
    },
    all: () => [...made.values()],
  };
}

function openOwn(timers?: number): OpenClient {
  const sessions = perOrigin((origin) => {
    const { hostname, port } = new URL(origin);
    const options = timers === undefined ? {} : { receiveTimeout: timers };
    return new HTTPClientSession(hostname, Number(port), options);
  });
  const ask: AskClient = async ({ url, method, body }) => {
    const path = new URL(url).pathname;
    const response = await sessions
      .of(url)
      .request({ method, path, ...(body === undefined ? {} : { body }) });
    return { status: response.status, body: await response.text() };
  };
  return {
    ask,
    close: async () => {
      for (const session of sessions.all()) session.dispose();
    },
  };
}

function openUndici(
  make: (origin: string, options: Client.Options) => Dispatcher,
  timers?: number,
): OpenClient {
  const options = timers === undefined ? {} : { headersTimeout: timers, bodyTimeout: timers };
  const dispatchers = perOrigin((origin) => make(origin, options));
  const ask: AskClient = async ({ url, method, body }) => {
    const path = new URL(url).pathname;
    const response = await dispatchers.of(url).request({ method, path, body: body ?? null });
    return { status: response.statusCode, body: await response.body.text() };
  };
  return { ask, close: () => Promise.all(dispatchers.all().map((dispatcher) => dispatcher.destroy())) };
}

function openFetch(timers?: number): OpenClient {
  const ask: AskClient = async ({ url, method, body }) => {
    const response = await fetch(url, {
      method,
      ...(body === undefined ? {} : { body }),
      ...(timers === undefined ? {} : { signal: AbortSignal.timeout(timers) }),
    });
    return { status: response.status, body: await response.text() };
  };
  return { ask, close: async () => undefined };
}

function openNode(timers?: number): OpenClient {
  const agent = new http.Agent({ keepAlive: true });
  const ask: AskClient = ({ url, method, body }) =>
    new Promise((resolve, reject) => {
      const request = http.request(url, { method, agent }, (response) => {
        text(response).then((all) => resolve({ status: response.statusCode ?? 0, body: all }), reject);
      });
      // It tells of the time that has passed, and leaves it to its user to give up.
      if (timers !== undefined) request.setTimeout(timers, () => request.destroy(new Error('timeout')));
      request.on('error', reject).end(body);
    });
  return {
    ask,
    close: async () => {
      agent.destroy();
    },
  };
}

/** The clients of the zoo. */
export const CLIENTS: readonly ClientMember[] = [
  {
    name: 'HTTPClientSession',
    version: versionOf('http-session-machine'),
    setting: 'a session for each origin; gives up by `receiveTimeout`',
    open: async (timers) => openOwn(timers),
  },
  {
    name: 'undici Client',
    version: versionOf('undici'),
    setting: '`request()`; gives up by `headersTimeout` and `bodyTimeout`',
    open: async (timers) => openUndici((origin, options) => new Client(origin, options), timers),
  },
  {
    name: 'undici Pool',
    version: versionOf('undici'),
    setting: '`request()`; gives up by `headersTimeout` and `bodyTimeout`',
    open: async (timers) => openUndici((origin, options) => new Pool(origin, options), timers),
  },
  {
    name: 'fetch',
    version: `${NODE}, which has undici ${process.versions['undici'] ?? 'in it'}`,
    setting: 'the global one; gives up by `AbortSignal.timeout()`',
    open: async (timers) => openFetch(timers),
  },
  {
    name: 'node:http',
    version: NODE,
    setting: '`http.request()` with an `Agent` that keeps connections; its user gives up on `timeout`',
    open: async (timers) => openNode(timers),
  },
];
