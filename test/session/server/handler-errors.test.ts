import { describe, expect, it } from '@jest/globals';

import { InvalidStateError, NetworkError, RemoteProtocolError } from '../../../src/errors/index.js';
import type { RequestHandler } from '../../../src/session/index.js';
import { rejection } from '../../support/transport/promises.js';
import { Asking } from '../../support/http/asking.js';
import { faultsOf } from '../../support/http/faults.js';
import { responseIn } from '../../support/http/messages.js';
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
  it('an error of a handler on a lost connection is not a fault where its answer was refused', async () => {
    let refusal: unknown;
    const { handler, release } = waiting((_request, response) => {
      try {
        response.end('too late');
      } catch (error) {
        refusal = error;
        throw error;
      }
    });
    const served = new Served(handler);
    await served.send(get());
    served.session.abort();
    release();
    await served.pass(0);
    expect(refusal).toBeInstanceOf(InvalidStateError);
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
