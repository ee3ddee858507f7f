import { EventEmitter, once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { AbortedError, InvalidStateError, LocalProtocolError } from '../../../src/errors/index.js';
import type { HTTPServerRequest, HTTPServerResponse } from '../../../src/session/index.js';
import { responseIn } from '../../support/http/messages.js';
import { get, post, Served } from '../../support/http/served.js';
import { expectNothingUncaught } from '../../support/http/uncaught.js';
import { rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';

/*
 * Handlers that are written as for node:http: they await nothing, and listen to nothing.
 */

const uncaught = expectNothingUncaught();

interface Held {
  readonly served: Served;
  readonly request: HTTPServerRequest;
  readonly response: HTTPServerResponse;
}

async function held(sent = get(), params = {}, reads = true): Promise<Held> {
  let exchange: { request: HTTPServerRequest; response: HTTPServerResponse } | undefined;
  const served = new Served(
    (request, response) => {
      exchange = { request, response };
    },
    params,
    { reads },
  );
  await served.send(sent);
  if (exchange === undefined) throw new Error('no request arrived');
  return { served, ...exchange };
}

const UPLOAD = 'POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n0123';

describe('a promise that is not awaited, of a client that resets', () => {
  const calls: Record<string, (held: Held) => unknown> = {
    'write() before its head': ({ response }) => response.write('late'),
    'text()': ({ request }) => request.text(),
    'json()': ({ request }) => request.json(),
    'bytes()': ({ request }) => request.bytes(),
    'read()': ({ request }) => request.body.read(),
    'read() with a signal': ({ request }) => request.body.read({ signal: request.signal }),
  };

  it.each(Object.entries(calls))(
    '%s does not end the process, before and after the reset',
    async (_call, run) => {
      const exchange = await held(UPLOAD);
      run(exchange);
      await exchange.served.reset();
      run(exchange);
      await settled();
      expect(uncaught).toEqual([]);
      expect(exchange.served.faults).toEqual([]);
    },
  );

  it('write() that waits for a slow reader does not end the process, and rejects for a caller who awaits it', async () => {
    const { served, response } = await held(get(), {}, false);
    const writing = response.write(Buffer.alloc(1_000_000));
    void response.write('more');
    await served.reset();
    await settled();
    expect(uncaught).toEqual([]);
    expect(await rejection(writing)).toMatchObject({ code: 'ERR_HTTP_SESSION_RESET' });
  });

  it('write() beyond maxQueuedOutput does not end the process, and the signal reports the loss', async () => {
    const { served, request, response } = await held(get(), { maxQueuedOutput: 10_000 }, false);
    const { signal } = request;
    for (let at = 0; at < 10; at++) void response.write(Buffer.alloc(100_000));
    await settled();
    expect(uncaught).toEqual([]);
    expect(signal.reason).toMatchObject({ code: 'ERR_HTTP_SESSION_OUTPUT_LIMIT' });
    expect(served.faults).toEqual([]);
  });
});

describe('a wrong call that is not awaited', () => {
  it.each<[string, (response: HTTPServerResponse) => unknown, unknown]>([
    ['write() after end()', (response) => response.write('late'), InvalidStateError],
    ['write() of an object', (response) => response.write({} as never), TypeError],
  ])('%s is a fault, and does not end the process', async (_what, run, type) => {
    const { served, response } = await held();
    response.end('whole');
    run(response);
    await settled();
    expect(uncaught).toEqual([]);
    expect(served.faults).toEqual([expect.any(type)]);
    expect(responseIn(served.text).body).toBe('whole');
  });

  it('write() of more than was declared is a fault that leaves the response as it is', async () => {
    const { served, response } = await held();
    response.setContentLength(3);
    void response.write('four');
    await settled();
    expect(served.faults).toEqual([expect.any(LocalProtocolError)]);
    response.end('abc');
    await settled();
    expect(responseIn(served.text).body).toBe('abc');
  });

  it('a wrong call that is awaited is no fault', async () => {
    const { served, response } = await held();
    response.end('whole');
    await expect(response.write('late')).rejects.toThrow(InvalidStateError);
    await Promise.allSettled([response.write('later')]);
    await settled();
    expect(served.faults).toEqual([]);
  });
});

describe('a callback that answers a client that has left', () => {
  it.each<[string, (response: HTTPServerResponse) => unknown]>([
    ['end()', (response) => response.end('late')],
    ['set() and end()', (response) => response.set('X', 'y').setContentType('text/plain').end()],
    ['redirect()', (response) => response.redirect('/')],
    ['requireAuthentication()', (response) => response.requireAuthentication('here')],
    ['sendBuffer()', (response) => response.sendBuffer('late')],
    ['sendInterim()', (response) => response.sendInterim(103)],
    ['sendContinue()', (response) => response.sendContinue()],
  ])('%s throws nothing', async (_call, run) => {
    const { served, response } = await held(UPLOAD);
    await served.reset();
    setImmediate(() => run(response));
    await settled();
    expect(uncaught).toEqual([]);
  });
});

describe('a stream without a listener, of a client that resets', () => {
  it('a source piped into send() does not end the process, and the stream is destroyed', async () => {
    const { served, response } = await held();
    const stream = response.send();
    const source = new Readable({ read: () => undefined });
    source.push('begun');
    source.pipe(stream);
    await settled();
    await served.reset();
    source.push('late');
    await settled();
    expect(uncaught).toEqual([]);
    expect([stream.destroyed, served.faults]).toEqual([true, []]);
    expect(stream.errored).toMatchObject({ code: 'ERR_HTTP_SESSION_RESET' });
  });

  it('a stream that waits for its source learns of the reset at once', async () => {
    const { served, response } = await held();
    const stream = response.send();
    stream.write('begun');
    await settled();
    await served.reset();
    expect(stream.destroyed).toBe(true);
  });

  it.each<[string, (request: HTTPServerRequest) => unknown]>([
    ['that is piped', (request) => request.body.readable().pipe(new PassThrough())],
    ['that has a data listener', (request) => request.body.readable().on('data', () => undefined)],
  ])('a body %s does not end the process', async (_how, run) => {
    const { served, request } = await held('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n');
    run(request);
    await settled();
    await served.reset();
    expect(uncaught).toEqual([]);
    expect(served.faults).toEqual([]);
  });

  it('an end() of the stream after the reset is an error of the stream, not a finish', async () => {
    const { served, response } = await held();
    const stream = response.send();
    let isFinished = false;
    stream.on('finish', () => (isFinished = true));
    await served.reset();
    stream.end('late');
    await settled();
    expect([isFinished, stream.destroyed]).toEqual([false, true]);
  });
});

describe('the destruction of a stream of a response', () => {
  it('destroy() before the head is answered with 500, and the connection stays', async () => {
    const { served, response } = await held();
    response.send().destroy();
    await settled();
    expect(responseIn(served.text)).toMatchObject({ status: 500, body: '500 Internal Server Error\n' });
    expect([served.session.state, served.faults]).toEqual(['connected.open', []]);
  });

  it('destroy() with an error without a listener is a fault besides', async () => {
    const { served, response } = await held();
    const disk = new Error('disk');
    response.send().destroy(disk);
    await settled();
    expect(responseIn(served.text).status).toBe(500);
    expect(uncaught).toEqual([]);
  });

  it('destroy() after the head resets the connection', async () => {
    const { served, response } = await held();
    const stream = response.send().on('error', () => undefined);
    stream.write('begun');
    await settled();
    stream.destroy(new Error('disk'));
    await settled();
    expect([served.wasReset, served.session.state]).toEqual([true, 'closed']);
    expect(served.text).not.toContain('0\r\n\r\n');
  });

  it('destroy() after the end changes nothing', async () => {
    const { served, response } = await held();
    const stream = response.send();
    stream.end('whole');
    await settled();
    stream.destroy();
    await settled();
    expect(responseIn(served.text).body).toBe('whole');
    expect(served.session.state).toBe('connected.open');
  });

  it('send() is one stream, however often it is called', async () => {
    const { response } = await held();
    expect(response.send()).toBe(response.send());
  });

  it('destroy() of the body of a request leaves the answer to the handler', async () => {
    const { served, request, response } = await held(post('a body'));
    request.body.readable().destroy(new Error('enough'));
    await settled();
    response.status = 413;
    response.end('too much');
    await settled();
    expect(responseIn(served.text)).toMatchObject({ status: 413, body: 'too much' });
  });
});

describe('what a handler rejects with after its client has left', () => {
  it.each<[string, (request: HTTPServerRequest) => Promise<unknown>]>([
    ['the reason of the signal', (request) => Promise.reject(request.signal.reason as Error)],
    [
      'the AbortError of an event that was waited for',
      (request) => once(new EventEmitter(), 'never', { signal: request.signal }),
    ],
    [
      'an error whose cause is the reason',
      (request) => Promise.reject(new AbortedError('upstream', { cause: request.signal.reason })),
    ],
  ])('%s is no fault', async (_what, run) => {
    let start = (): void => undefined;
    const left = new Promise<void>((resolve) => (start = resolve));
    const served = new Served(async (request) => {
      const { signal } = request;
      await left;
      expect(signal.aborted).toBe(true);
      await run(request);
    });
    await served.send(get());
    await served.reset();
    start();
    await settled();
    expect(served.faults).toEqual([]);
  });

  it('an AbortError is a fault while the client is there', async () => {
    const served = new Served(async () => {
      await once(new EventEmitter(), 'never', { signal: AbortSignal.abort() });
    });
    await served.send(get());
    expect(served.faults).toMatchObject([{ name: 'AbortError' }]);
  });
});
