import type { Duplex } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import {
  HTTPError,
  InvalidStateError,
  NetworkError,
  RemoteProtocolError,
} from '../../../src/errors/index.js';
import type { RequestHandler } from '../../../src/session/index.js';
import { rejection } from '../../support/transport/promises.js';
import { Asking } from '../../support/http/asking.js';
import { faultsOf } from '../../support/http/faults.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { get, Served } from '../../support/http/served.js';

/*
 * What a handler throws is its fault, unless it only passes on that the connection has failed under it.
 */

/** A handler that goes on when the test says so. */
function waiting(goOn: RequestHandler): { handler: RequestHandler; release: () => void } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  return {
    handler: async (request, response) => {
      await released;
      await goOn(request, response);
    },
    release: () => {
      release();
    },
  };
}

describe('what a handler throws after its connection is gone', () => {
  it('a handler that answers on a lost connection gets no error, and is at no fault', async () => {
    let isAnswered = false;
    const { handler, release } = waiting((_request, response) => {
      response.status = 404;
      response.set('X', 'y').end('too late');
      isAnswered = true;
    });
    const served = new Served(handler);
    await served.send(get());
    served.session.abort();
    release();
    await served.pass(0);
    expect(isAnswered).toBe(true);
    expect(served.faults).toEqual([]);
  });

  it('an error of a handler on a lost connection is a fault where it is an error of its own', async () => {
    const own = new Error('of the handler');
    const { handler, release } = waiting(() => {
      throw own;
    });
    const served = new Served(handler);
    await served.send(get());
    await served.reset();
    release();
    await served.pass(0);
    expect(served.faults).toEqual([own]);
  });
});

describe('what a handler throws on a connection that lives', () => {
  it('an error of a handler is not a fault where the request broke off, and ends the started response', async () => {
    let failure: unknown;
    const served = new Served(async (request, response) => {
      await response.write('begun');
      failure = await rejection(request.bytes());
      throw failure;
    });
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n');
    expect(failure).toBeInstanceOf(RemoteProtocolError);
    expect([served.faults, served.wasReset]).toEqual([[], true]);
  });

  it('an error of a handler is a fault where it belongs to another connection', async () => {
    const upstream = new Asking();
    const requesting = rejection(upstream.session.request());
    await upstream.pass(0);
    await upstream.server.reset();
    const failure = await requesting;
    expect(failure.testimony?.sessionId).toBe(upstream.session.id);
    const served = new Served(() => {
      throw failure;
    });
    await served.send(get());
    expect(served.faults).toEqual([failure]);
    expect(responseIn(served.text).status).toBe(500);
  });

  it('an error of a handler is a fault where the handler created it, even of a class of this package', async () => {
    const made = new NetworkError('made by the handler');
    const served = new Served(() => {
      throw made;
    });
    await served.send(get() + get());
    expect(faultsOf(served.session)).toMatchObject([
      { where: 'handler', error: made },
      { where: 'handler', error: made },
    ]);
    expect(served.session.state).toBe('connected.open');
  });

  it('an error of a handler is a fault where its call was illegal in the state of the exchange', async () => {
    const served = new Served((_request, response) => {
      response.end('one');
      response.end('another');
    });
    await served.send(get());
    expect(served.faults).toEqual([expect.any(InvalidStateError)]);
  });
});

describe('what a handler returns', () => {
  it.each([null, undefined, 7, {}, { then: 'not a function' }, 'a text'])(
    'the return value of a handler is ignored where it is not a promise: %j',
    async (value) => {
      const served = new Served((_request, response) => {
        response.end('fine');
        return value as never;
      });
      await served.send(get());
      expect(responseIn(served.text).body).toBe('fine');
      expect(served.faults).toEqual([]);
    },
  );
});

describe('a handler that throws an HTTPError', () => {
  it('an HTTPError is answered with its status and text, and one of the client is no fault', async () => {
    const served = new Served(() => {
      throw new HTTPError(404, 'There are only orders here: \u00e9');
    });
    await served.send(get() + get());
    const [first, second] = responsesIn(served.text);
    expect(first).toMatchObject({ status: 404, body: 'There are only orders here: \u00c3\u00a9' });
    expect(first?.fields).toContain('Content-Type: text/plain; charset=utf-8');
    expect(second?.status).toBe(404);
    expect(served.faults).toEqual([]);
  });

  it('an HTTPError refuses options that are not an object, or are misspelt', () => {
    expect(() => new HTTPError(404, 'gone', 5 as never)).toThrow('the options must be an object (got 5)');
    expect(() => new HTTPError(404, 'gone', { header: {} } as never)).toThrow('did you mean "headers"?');
  });

  it('an HTTPError without a text is answered with its status and reason', async () => {
    const served = new Served(async () => {
      await Promise.resolve();
      throw new HTTPError(403);
    });
    await served.send(get());
    expect(responseIn(served.text)).toMatchObject({ status: 403, body: '403 Forbidden\n' });
  });

  it('an HTTPError brings fields of its own, in place of those that were set', async () => {
    const served = new Served((_request, response) => {
      response.set('X-Secret', 'of the page');
      throw new HTTPError(401, 'Who are you?', { headers: { 'WWW-Authenticate': ['Basic', 'Digest'] } });
    });
    await served.send(get());
    const { fields } = responseIn(served.text);
    expect(fields).toEqual(expect.arrayContaining(['WWW-Authenticate: Basic', 'WWW-Authenticate: Digest']));
    expect(fields.join()).not.toContain('X-Secret');
  });

  it('an HTTPError of the server is answered, and is a fault', async () => {
    const error = new HTTPError(503, 'later');
    const served = new Served(() => {
      throw error;
    });
    await served.send(get());
    expect(responseIn(served.text)).toMatchObject({ status: 503, body: 'later' });
    expect(served.faults).toEqual([error]);
  });

  it('an HTTPError that comes after the head is a fault, and resets the connection', async () => {
    const error = new HTTPError(404);
    const served = new Served(async (_request, response) => {
      await response.write('begun');
      throw error;
    });
    await served.send(get());
    expect([served.faults, served.wasReset]).toEqual([[error], true]);
  });

  it('an HTTPError with a field that cannot be sent is answered with 500, and is a fault', async () => {
    const served = new Served(() => {
      throw new HTTPError(404, 'text', { headers: { 'X Y': 'z' } });
    });
    await served.send(get());
    expect(responseIn(served.text).status).toBe(500);
    expect(served.faults).toEqual([expect.any(TypeError)]);
  });

  it('an HTTPError of another copy of the package is one, too', async () => {
    const served = new Served(() => {
      const brand = Symbol.for('http-session-machine.HTTPError');
      throw Object.assign(new Error('gone'), { [brand]: true, status: 410, text: 'gone' });
    });
    await served.send(get());
    expect(responseIn(served.text)).toMatchObject({ status: 410, body: 'gone' });
  });

  it.each([200, 399, 600, 404.5, '404', undefined])('an HTTPError cannot have the status %p', (status) => {
    expect(() => new HTTPError(status as never)).toThrow(RangeError);
  });
});

describe('what a handler throws, whatever it is', () => {
  const thrower = (): never => {
    throw new Error('thrown while it is looked at');
  };
  const nasty: Record<string, unknown> = {
    'an object without a prototype': Object.create(null) as unknown,
    'an object whose toString throws': { toString: thrower },
    'an error whose stack throws': Object.defineProperty(new Error('x'), 'stack', { get: thrower }),
    'a proxy that throws at everything': new Proxy(
      {},
      { get: thrower, has: thrower, getPrototypeOf: thrower },
    ),
    'a symbol': Symbol('x'),
    undefined: undefined,
  };

  it.each(Object.entries(nasty))('%s is answered with 500, and reported', async (_what, value) => {
    for (const handler of [
      () => {
        throw value;
      },
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever it is
      () => Promise.reject(value),
      () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(value) }),
    ]) {
      const served = new Served(handler as RequestHandler);
      await served.send(get());
      expect(responseIn(served.text).status).toBe(500);
      expect(served.faults).toHaveLength(1);
    }
  });

  it('a thenable whose then throws is a fault', async () => {
    const served = new Served((() => ({ then: thrower })) as never);
    await served.send(get());
    expect(responseIn(served.text).status).toBe(500);
    expect(served.faults).toHaveLength(1);
  });
});

describe('a handler that throws after it has taken the connection over', () => {
  const OFFER = get('/', 'Connection: Upgrade\r\nUpgrade: x\r\n');
  const failing =
    (call: 'upgrade' | 'switchProtocol', own: (socket: Duplex) => void): RequestHandler =>
    (_request, response) => {
      own(response[call]().socket);
      throw new Error('the handshake failed');
    };

  it.each(['upgrade', 'switchProtocol'] as const)(
    'a socket of %s() that nothing reads from is destroyed',
    async (call) => {
      const served = new Served(failing(call, () => undefined));
      await served.send(OFFER);
      expect(served.near.destroyed).toBe(true);
      expect(served.faults).toHaveLength(1);
    },
  );

  it.each(['data', 'readable'] as const)(
    'a socket with a %s listener is left to its owner',
    async (event) => {
      const served = new Served(failing('upgrade', (socket) => socket.on(event, () => undefined)));
      await served.send(OFFER);
      expect(served.near.destroyed).toBe(false);
      served.near.destroy();
    },
  );
});
