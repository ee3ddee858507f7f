import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from '@jest/globals';

import type { FetchHandler } from '../../../src/adapters/fetch/index.js';
import { type HTTPSessionError, NetworkError } from '../../../src/errors/index.js';
import { responseIn } from '../../support/http/messages.js';
import { get, post } from '../../support/http/served.js';
import { settled } from '../../support/transport/sockets.js';
import { FedBody, Fetched, reportedDuring } from '../../support/fetch/fetched.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const PIECE = Buffer.alloc(65_536, 'x');

/** A body that has as many pieces as somebody asks for. */
function endlessBody(): FedBody {
  return new FedBody((fed) => {
    fed.feed(PIECE);
  });
}

/** A handler of which nothing comes. */
async function silence(): Promise<Response> {
  return new Promise<Response>(() => undefined);
}

/** Remembers the signal of the request before it does what another handler does. */
function watching(handler: FetchHandler): {
  readonly handler: FetchHandler;
  readonly signals: AbortSignal[];
} {
  const signals: AbortSignal[] = [];
  return {
    handler: (request, context) => {
      signals.push(request.signal);
      return handler(request, context);
    },
    signals,
  };
}

const UPLOAD = 'POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n01234';

describe('the signal of a request', () => {
  const unfinished: Record<string, [FetchHandler, string]> = {
    'a handler that thinks': [silence, get()],
    'a handler that waits for the body': [async (request) => new Response(await request.text()), UPLOAD],
    'a handler that does not read the body': [silence, UPLOAD],
    'an answer that waits for its next piece': [() => new Response(new FedBody().stream), get()],
    'an answer that the client does not take': [() => new Response(endlessBody().stream), get()],
    'an echo': [(request) => new Response(request.body), UPLOAD],
  };

  it.each(Object.entries(unfinished))(
    'the signal of a request aborts when a reset interrupts %s',
    async (_what, [handler, wire]) => {
      const { handler: watched, signals } = watching(handler);
      const fetched = new Fetched(watched, { reads: false });
      await fetched.send(wire);
      expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
      await fetched.reset();
      const [signal] = signals;
      expect(signal?.aborted).toBe(true);
      const reason = signal?.reason as HTTPSessionError;
      expect(reason).toBeInstanceOf(NetworkError);
      expect(reason.code).toBe('ERR_HTTP_SESSION_RESET');
      expect(reason.testimony).toMatchObject({ endedBy: 'rst', request: { number: 1, target: '/' } });
      expect(fetched.faults).toEqual([]);
      expect(fetched.armedDeadlines).toBe(0);
    },
  );

  it('the signal of a request aborts when the session is aborted or its send times out', async () => {
    for (const [end, reason] of [
      [(fetched: Fetched) => fetched.session.abort(), { name: 'AbortedError' }],
      [(fetched: Fetched) => fetched.pass(120_000), { name: 'TimeoutError' }],
    ] as const) {
      const { handler, signals } = watching(() => new Response(endlessBody().stream));
      const fetched = new Fetched(handler, { reads: false });
      await fetched.send(get());
      await end(fetched);
      await settled();
      expect(signals[0]?.reason).toMatchObject(reason);
      expect(fetched.faults).toEqual([]);
    }
  });

  it('the signal of a request does not abort for a client that has only finished sending', async () => {
    const body = new FedBody();
    const { handler, signals } = watching(() => new Response(body.stream));
    const fetched = new Fetched(handler);
    await fetched.sendLast(get());
    body.feed('one');
    await settled();
    body.end();
    await settled();
    expect(responseIn(fetched.text).body).toBe('one');
    expect(signals[0]?.aborted).toBe(false);
  });

  it('the signal of a request does not abort once the response is complete', async () => {
    const { handler, signals } = watching((request) => new Response(new URL(request.url).pathname));
    const fetched = new Fetched(handler);
    await fetched.send(get('/1') + post('unread', '', '/2'));
    await fetched.reset();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });

  it('the signal of a request aborts copies of the request too', async () => {
    let copies: Request[] = [];
    const fetched = new Fetched((request) => {
      copies = [request.clone(), new Request(request), new Request('http://other/', request)];
      return silence();
    });
    await fetched.send(get());
    await fetched.reset();
    expect(copies.map(({ signal }) => signal.reason as unknown)).toEqual(
      Array.from({ length: 3 }, () => expect.any(NetworkError)),
    );
  });

  it('the signal of a request aborts even if only its listener still refers to it', async () => {
    const told: unknown[] = [];
    const fetched = new Fetched(async ({ signal }) => {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          told.push(signal.reason);
          resolve();
        });
      });
      return new Response();
    });
    await fetched.send(get());
    collectGarbage();
    await settled();
    collectGarbage();
    await fetched.reset();
    expect(told).toEqual([expect.any(NetworkError)]);
  });

  it('a signal that a listener retains does not keep its request in memory', async () => {
    const requests: WeakRef<Request>[] = [];
    const fetched = new Fetched((request) => {
      request.signal.addEventListener('abort', () => request.url);
      requests.push(new WeakRef(request));
      return new Response('done');
    });
    for (let at = 0; at < 20; at++) await fetched.send(get());
    for (let round = 0; round < 3; round++) {
      await settled();
      collectGarbage();
    }
    // The last one may still lie on the stack.
    expect(requests.filter((request) => request.deref() !== undefined).length).toBeLessThanOrEqual(1);
  });
});

describe('the body of a response that cannot be delivered', () => {
  it('a response body that cannot be delivered is cancelled once, with the connection error', async () => {
    for (const body of [new FedBody(), endlessBody()]) {
      const { handler, signals } = watching(() => new Response(body.stream));
      const fetched = new Fetched(handler, { reads: false });
      await fetched.send(get());
      expect(body.cancelled).toEqual([]);
      await fetched.reset();
      expect(body.cancelled).toEqual([signals[0]?.reason]);
      expect(body.cancelled).toEqual([expect.any(NetworkError)]);
      const { pulls } = body;
      await settled();
      expect(body.pulls).toBe(pulls);
      expect(fetched.faults).toEqual([]);
    }
  });

  it('a response body that comes too late is cancelled', async () => {
    const body = new FedBody();
    let answer: ((response: Response) => void) | undefined;
    const { handler, signals } = watching(
      () =>
        new Promise<Response>((resolve) => {
          answer = resolve;
        }),
    );
    const fetched = new Fetched(handler);
    await fetched.send(get());
    await fetched.reset();
    answer?.(new Response(body.stream));
    await settled();
    expect(body.cancelled).toEqual([signals[0]?.reason]);
    expect(body.pulls).toBe(0);
    expect(fetched.faults).toEqual([]);
  });

  it('an undeliverable body that fails is reported, unless it fails with the connection error', async () => {
    const fault = new Error('a fault of the source');
    for (const [failure, faults] of [
      [(reason: unknown) => reason, []],
      [() => fault, [fault]],
    ] as const) {
      const body = new ReadableStream({
        cancel: async (reason) => {
          await Promise.resolve();
          throw failure(reason);
        },
      });
      const fetched = new Fetched(() => new Response(body));
      await fetched.send(get());
      expect(await reportedDuring(() => fetched.reset())).toEqual(faults);
    }
  });
});

describe('a connection that a handler takes over', () => {
  it('the response of a handler that took over the connection is not sent', async () => {
    const body = new FedBody();
    const { handler, signals } = watching((_request, { response }) => {
      const { socket, head } = response.switchProtocol();
      socket.write(`head: ${head.toString()}`);
      socket.on('data', (bytes: Buffer) => socket.write(bytes.toString().toUpperCase()));
      return new Response(body.stream);
    });
    const fetched = new Fetched(handler);
    await fetched.send(`${get('/', 'Connection: Upgrade\r\nUpgrade: shouting\r\n')}early`);
    expect(fetched.take()).toMatch(/^HTTP\/1\.1 101 [\s\S]*Upgrade: shouting\r\n[\s\S]*\r\n\r\nhead: early$/);
    await fetched.send('hello');
    expect(fetched.text).toBe('HELLO');
    expect(body.cancelled).toHaveLength(1);
    expect(signals[0]?.aborted).toBe(false);
    expect(fetched.faults).toEqual([]);
  });
});
