import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import { uploadsCutOff } from './uploads.js';
import { get, post } from '../http/served.js';
import { until } from '../transport/until.js';
import { RawTCP } from './raw-client.js';
import type { Running, Way } from './ways.js';

/** What hurts on servers, and how it is found out what a way of serving Express does about it. */
export interface Pain {
  readonly name: string;
  /** What has to be seen. */
  readonly due: string;
  /** What `supervise` leaves as node:http does it; the same as `due` where it helps. */
  readonly supervised: string;
  see(way: Way): Promise<string>;
}

const KIB = 1_024;
const MIB = 1_048_576;

/** A setting of node:http in milliseconds, and how long a client waits for it to act. */
const SOON = 300;
const PATIENCE = 5 * SOON;

async function serving(start: Promise<Running>, use: (running: Running) => Promise<string>): Promise<string> {
  const running = await start;
  try {
    return await use(running);
  } finally {
    await running.stop();
  }
}

/** Sends a piece again and again, until the connection is over or patience ends; says what came of it. */
async function trickle(port: number, begin: string, piece: string): Promise<string> {
  using client = await RawTCP.to(port);
  client.send(begin);
  const timer = setInterval(() => client.socket.writable && client.send(piece), 50);
  const took = await client.over(PATIENCE);
  clearInterval(timer);
  if (!client.isOver) return 'open beyond 5 times its timeout';
  return `${String(client.statuses[0])} ${took < 2 * SOON ? 'in time' : 'late'}`;
}

const slow: readonly Pain[] = [
  {
    name: 'a head that comes byte by byte (`headersTimeout`)',
    due: '408 in time',
    supervised: 'open beyond 5 times its timeout',
    see: (way) =>
      serving(
        way.serve((app) => app.use((_request, response) => response.send('ok')), { headersTimeout: SOON }),
        (at) => trickle(at.port, 'GET / HTTP/1.1\r\nHost: a\r\nX: ', 'x'),
      ),
  },
  {
    name: 'a body that comes byte by byte (`requestTimeout`)',
    due: '408 in time',
    supervised: 'open beyond 5 times its timeout',
    see: (way) =>
      serving(
        way.serve(
          (app) =>
            app.post('/', (request, response) => request.resume().on('end', () => response.send('ok'))),
          { headersTimeout: SOON, requestTimeout: SOON },
        ),
        (at) => trickle(at.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n', 'x'),
      ),
  },
];

const answers: readonly Pain[] = [
  {
    name: 'an upload of 16 MiB that is answered 401 at once',
    due: 'every answer is whole',
    supervised: 'answers are cut off',
    see: (way) =>
      serving(
        way.serve((app) =>
          app.post('/', (_request, response) =>
            response
              .status(401)
              .set('Connection', 'close')
              .send(Buffer.alloc(256 * KIB)),
          ),
        ),
        async (at) =>
          (await uploadsCutOff(at.port, 256 * KIB, 8)) === 0
            ? 'every answer is whole'
            : 'answers are cut off',
      ),
  },
  {
    name: 'an unread body that is a request itself',
    due: 'is never a request',
    supervised: 'is never a request',
    see: (way) => {
      const seen: string[] = [];
      const routes = way.serve((app) =>
        app.use((request, response) => {
          seen.push(request.url);
          response.status(413).send('too large');
        }),
      );
      return serving(routes, async (at) => {
        using client = await RawTCP.to(at.port);
        client.send(post(get('/smuggled'), '', '/first') + get('/last', 'Connection: close\r\n'));
        await client.over(PATIENCE);
        return seen.includes('/smuggled') ? 'is a request' : 'is never a request';
      });
    },
  },
  {
    name: 'a client that half-closes, and waits',
    due: 'gets its answer',
    supervised: 'gets no answer',
    see: (way) =>
      serving(
        way.serve((app) =>
          app.use((_request, response) => {
            setTimeout(() => response.send('the answer'), 50);
          }),
        ),
        async (at) => {
          using client = await RawTCP.to(at.port);
          client.socket.end(get());
          await client.over(PATIENCE);
          return client.text.endsWith('the answer') ? 'gets its answer' : 'gets no answer';
        },
      ),
  },
];

/** Milliseconds within which a client that has gone has to be noticed. */
const WITHIN = 1_000;

/** What a handler that does nothing finds out about a client that leaves. */
async function noticed(way: Way, leave: (client: RawTCP) => unknown): Promise<string> {
  let request: IncomingMessage | undefined;
  const errors: { cause?: { testimony?: object } }[] = [];
  const start = way.serve((app) =>
    app.use((incoming) => {
      request = incoming;
      incoming.on('error', (error) => errors.push(error as object));
    }),
  );
  return await serving(start, async (at) => {
    using client = await RawTCP.to(at.port);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345');
    await until(() => request !== undefined);
    let isClosed = false;
    request?.on('close', () => {
      isClosed = true;
    });
    const begun = performance.now();
    leave(client);
    await until(() => isClosed || performance.now() - begun > WITHIN);
    if (!isClosed) return 'is not noticed';
    return errors[0]?.cause?.testimony === undefined ? 'is noticed' : 'is noticed, with testimony';
  });
}

const departures: readonly Pain[] = [
  {
    name: 'a client that resets while its handler waits',
    due: 'is noticed, with testimony',
    supervised: 'is noticed',
    see: (way) => noticed(way, (client) => client.socket.resetAndDestroy()),
  },
  {
    name: 'a client that has gone with a FIN while its handler waits',
    due: 'is noticed, with testimony',
    supervised: 'is noticed',
    see: (way) => noticed(way, (client) => client.socket.destroy()),
  },
  {
    name: 'a client that resets in the middle of a download',
    due: '`close`, and no `finish`',
    supervised: '`close`, and no `finish`',
    see: (way) => {
      const events: string[] = [];
      const start = way.serve((app) =>
        app.use((_request, response) => {
          for (const event of ['finish', 'close']) response.on(event, () => events.push(event));
          const more = (): void => {
            while (!response.destroyed && response.write(Buffer.alloc(64 * KIB)));
          };
          response.on('drain', more);
          more();
        }),
      );
      return serving(start, async (at) => {
        const client = await RawTCP.to(at.port);
        client.send(get());
        await until(() => client.text.length > MIB);
        client.socket.resetAndDestroy();
        await until(() => events.length > 0);
        await nextLoopTurn();
        return events.join() === 'close' ? '`close`, and no `finish`' : events.join();
      });
    },
  },
  {
    name: 'a reset between `upgrade` and the new owner of the socket',
    due: 'the process lives',
    supervised: 'the process lives',
    see: (way) =>
      serving(
        way.serve(() => undefined),
        async (at) => {
          const given = once(at.server, 'upgrade');
          const client = await RawTCP.to(at.port);
          client.send(get('/', 'Connection: Upgrade\r\nUpgrade: test\r\n'));
          const [, socket] = (await given) as [IncomingMessage, IncomingMessage['socket']];
          // The new owner is still looking the user up. An error without a listener would end the process, and this test.
          await nextLoopTurn();
          const isHeard = socket.listenerCount('error') > 0;
          client.socket.resetAndDestroy();
          await until(() => socket.destroyed);
          return isHeard ? 'the process lives' : 'the process ends';
        },
      ),
  },
];

const ends: readonly Pain[] = [
  {
    name: 'a request that is on its way while `server.close()` is called',
    due: 'is answered',
    supervised: 'is lost',
    see: (way) =>
      serving(
        way.serve((app) => app.use((_request, response) => response.send('ok'))),
        async (at) => {
          using client = await RawTCP.to(at.port);
          client.send(get('/1'));
          await until(() => client.text.endsWith('ok'));
          // The server learns of its bytes in a later turn of the loop.
          client.send(get('/2'));
          at.server.close();
          await client.over(PATIENCE);
          return client.statuses.length === 2 ? 'is answered' : 'is lost';
        },
      ),
  },
  {
    name: 'a drain under load, with keep-alive clients',
    due: 'loses no request',
    supervised: 'loses no request',
    see: (way) =>
      serving(
        way.serve((app) => app.use((_request, response) => response.send('ok'))),
        async (at) => {
          const outcomes: string[] = [];
          const begun = new Set<number>();
          let isDraining = false;
          const clients = Array.from({ length: 20 }, async (_, client) => {
            const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
            let isLast: boolean;
            do {
              // At least one request after the drain has begun.
              isLast = isDraining;
              outcomes.push(await ask(at.port, agent));
              begun.add(client);
            } while (!isLast && outcomes.at(-1) === 'answered');
            agent.destroy();
          });
          // What waits in the kernel to be accepted when a port closes is lost with it.
          await until(() => begun.size === 20);
          isDraining = true;
          await at.drain();
          await Promise.all(clients);
          const lost = outcomes.filter((outcome) => outcome.startsWith('lost'));
          return lost.length === 0 ? 'loses no request' : lost.join();
        },
      ),
  },
];

/** One request: it is answered, or the port is closed, or it is lost. */
function ask(port: number, agent: http.Agent): Promise<string> {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, agent }, (response) => {
      response.resume().on('end', () => {
        resolve('answered');
      });
    });
    request.on('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code === 'ECONNREFUSED' ? 'over' : `lost: ${String(code)}`);
    });
  });
}

const floods: readonly Pain[] = [
  {
    name: 'a client that reads nothing of 64 MiB, written without waiting for `drain`',
    due: 'is reset at 16 MiB; others are served',
    supervised: 'has all of it queued; others are served',
    see: (way) => {
      let most = 0;
      let isOver = false;
      const start = way.serve((app) => {
        app.get('/much', (request, response) => {
          let left = 64;
          const write = (): void => {
            isOver = left-- === 0 || response.destroyed;
            if (isOver) return;
            response.write(Buffer.alloc(MIB));
            most = Math.max(most, request.socket.writableLength);
            setImmediate(write);
          };
          write();
        });
        app.get('/', (_request, response) => response.send('ok'));
      });
      return serving(start, async (at) => {
        using client = await RawTCP.to(at.port, { reads: false });
        client.send(get('/much'));
        await until(() => isOver);
        const others =
          (await ask(at.port, new http.Agent())) === 'answered' ? 'others are served' : 'no other is served';
        const isBounded = most <= 17 * MIB;
        return `${isBounded ? 'is reset at 16 MiB' : 'has all of it queued'}; ${others}`;
      });
    },
  },
  {
    name: 'a flood of pipelined requests',
    due: 'one at a time',
    supervised: 'hundreds at the same time',
    see: (way) => {
      let now = 0;
      let most = 0;
      let done = 0;
      const start = way.serve((app) =>
        app.use((_request, response) => {
          most = Math.max(most, ++now);
          setImmediate(() => {
            now--;
            done++;
            response.send('ok');
          });
        }),
      );
      return serving(start, async (at) => {
        using client = await RawTCP.to(at.port);
        client.send(get().repeat(2_000));
        await until(() => done === 2_000);
        return most === 1 ? 'one at a time' : most > 100 ? 'hundreds at the same time' : String(most);
      });
    },
  },
];

/** Requests in which two readers may see two different things. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  'TE with CL':
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'two lengths': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
  'bare LF': 'GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n',
  'TE in HTTP/1.0': 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'two Hosts': 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  '`#` in the target': 'GET /#b HTTP/1.1\r\nHost: a\r\n\r\n',
};

const mistakes: readonly Pain[] = [
  {
    name: `smuggling: ${Object.keys(AMBIGUOUS).join(', ')}`,
    due: 'all refused',
    supervised: 'takes TE in HTTP/1.0, two Hosts, `#` in the target',
    see: (way) =>
      serving(
        way.serve((app) => app.use((_request, response) => response.send('ok'))),
        async (at) => {
          const taken: string[] = [];
          for (const [name, request] of Object.entries(AMBIGUOUS)) {
            using client = await RawTCP.to(at.port);
            client.send(request);
            await until(() => client.statuses.length > 0);
            if (client.statuses[0] !== 400) taken.push(name);
          }
          return taken.length === 0 ? 'all refused' : `takes ${taken.join(', ')}`;
        },
      ),
  },
  {
    name: 'a route that throws, or rejects',
    due: '500, and others are served',
    supervised: '500, and others are served',
    see: (way) =>
      serving(
        way.serve((app) => {
          app.get('/throws', () => {
            throw new Error('a mistake');
          });
          app.get('/rejects', () => Promise.reject(new Error('a mistake')));
          app.get('/', (_request, response) => response.send('ok'));
        }),
        async (at) => {
          using client = await RawTCP.to(at.port);
          client.send(get('/throws') + get('/rejects') + get('/'));
          await until(() => client.statuses.length === 3);
          return client.statuses.join() === '500,500,200'
            ? '500, and others are served'
            : client.statuses.join();
        },
      ),
  },
];

export const PAINS: readonly Pain[] = [...slow, ...answers, ...departures, ...ends, ...floods, ...mistakes];
