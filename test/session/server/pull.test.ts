import { describe, expect, it } from '@jest/globals';

import {
  IncompleteMessageError,
  InvalidStateError,
  RemoteProtocolError,
  TimeoutError,
} from '../../../src/errors/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { HTTPServerSession } from '../../../src/session/index.js';
import { settled } from '../../support/transport/sockets.js';
import { Alone } from '../../support/http/alone.js';
import { FarEnd } from '../../support/http/far-end.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { isPending, rejection, thrown } from '../../support/transport/promises.js';
import { echoPath, get, post } from '../../support/http/served.js';

describe('hasMoreRequests()', () => {
  it('hasMoreRequests() is true once a request is there, as often as it is asked', async () => {
    const pulled = new Alone();
    const more = pulled.session.hasMoreRequests();
    expect(await isPending(more)).toBe(true);
    await pulled.send(get('/1'));
    expect(await more).toBe(true);
    expect(await pulled.session.hasMoreRequests()).toBe(true);
    const next = await pulled.session.nextRequest();
    expect(next?.request.path).toBe('/1');
    next?.response.end();
    expect(await isPending(pulled.session.hasMoreRequests())).toBe(true);
  });

  it('hasMoreRequests() is false when the client has left', async () => {
    const pulled = new Alone();
    const more = pulled.session.hasMoreRequests();
    await pulled.fin();
    expect(await more).toBe(false);
    expect(await pulled.session.hasMoreRequests()).toBe(false);
    expect(await pulled.session.nextRequest()).toBeNull();
    expect(pulled.session.state).toBe('closed');
  });

  it('hasMoreRequests() is false when the keep-alive time is used up', async () => {
    const pulled = new Alone({ timeout: 5_000 });
    const more = pulled.session.hasMoreRequests();
    await pulled.clock.advance(5_100);
    expect(await more).toBe(false);
    expect(pulled.text).toBe('');
    expect(pulled.armedDeadlines).toBe(0);
  });

  it('hasMoreRequests() is false when the number of requests is used up', async () => {
    const pulled = new Alone({ maxKeepAliveRequests: 1 });
    await pulled.send(get());
    (await pulled.session.nextRequest())?.response.end('only');
    expect(pulled.session.canKeepAlive()).toBe(false);
    expect(await pulled.session.hasMoreRequests()).toBe(false);
    await settled();
    expect(responseIn(pulled.text).fields).toContain('Connection: close');
  });

  it('hasMoreRequests() is false after a reset', async () => {
    const pulled = new Alone();
    const more = pulled.session.hasMoreRequests();
    await pulled.reset();
    expect(await more).toBe(false);
  });

  it('hasMoreRequests() is refused on a session that is not connected, or that a handler serves', async () => {
    const idle = new HTTPServerSession();
    expect(await rejection(Promise.resolve().then(() => idle.hasMoreRequests()))).toBeInstanceOf(
      InvalidStateError,
    );
    const served = new Alone();
    served.session.serve(echoPath);
    expect(await rejection(Promise.resolve().then(() => served.session.nextRequest()))).toBeInstanceOf(
      InvalidStateError,
    );
    const pulled = new Alone();
    void pulled.session.hasMoreRequests();
    expect(
      thrown(() => {
        pulled.session.serve(echoPath);
      }),
    ).toBeInstanceOf(InvalidStateError);
  });
});

describe('nextRequest()', () => {
  it('nextRequest() gives one request after the other, each once the one before it is answered', async () => {
    const pulled = new Alone();
    await pulled.send(get('/1') + post('two', '', '/2') + get('/3'));
    for (const path of ['/1', '/2', '/3']) {
      const next = await pulled.session.nextRequest();
      expect(next?.request.path).toBe(path);
      expect(pulled.session.canKeepAlive()).toBe(true);
      next?.response.end(await next.request.text());
    }
    expect(await isPending(pulled.session.nextRequest())).toBe(true);
    expect(responsesIn(pulled.text).map(({ body }) => body)).toEqual(['', 'two', '']);
  });

  it('nextRequest() called twice at once gives two requests, one after the other', async () => {
    const pulled = new Alone();
    const [first, second] = [pulled.session.nextRequest(), pulled.session.nextRequest()];
    await pulled.send(get('/1') + get('/2'));
    expect((await first)?.request.path).toBe('/1');
    expect(await isPending(second)).toBe(true);
    (await first)?.response.end();
    expect((await second)?.request.path).toBe('/2');
  });

  it('nextRequest() gives the request that has come, and only then rejects with what ended the requests', async () => {
    const pulled = new Alone({ timers: { message: 1_000 } });
    const more = pulled.session.hasMoreRequests();
    await pulled.send(post('body').slice(0, -1));
    expect(await more).toBe(true);
    await pulled.clock.advance(1_100);
    expect(responseIn(pulled.text).status).toBe(408);
    expect((await pulled.session.nextRequest())?.request.path).toBe('/');
    expect(await rejection(pulled.session.nextRequest())).toBeInstanceOf(TimeoutError);
    expect(await pulled.session.nextRequest()).toBeNull();
  });

  it('nextRequest() rejects for a malformed request, which was answered already; then there are no more', async () => {
    const pulled = new Alone();
    const next = rejection(pulled.session.nextRequest());
    await pulled.send('BAD\r\n\r\n');
    expect(responseIn(pulled.text).status).toBe(400);
    const failure = await next;
    expect(failure).toBeInstanceOf(RemoteProtocolError);
    expect(failure.testimony?.endedBy).toBe('parse');
    expect(await pulled.session.nextRequest()).toBeNull();
  });

  it('nextRequest() rejects for a request that is cut off', async () => {
    const pulled = new Alone();
    const next = rejection(pulled.session.nextRequest());
    await pulled.sendLast('GET / HTTP/1.1\r\n');
    expect(await next).toBeInstanceOf(IncompleteMessageError);
    expect(responseIn(pulled.text).status).toBe(400);
  });

  it('nextRequest() is null when the client leaves while a request is in progress', async () => {
    const pulled = new Alone();
    await pulled.send(get());
    const first = await pulled.session.nextRequest();
    const second = pulled.session.nextRequest();
    await pulled.fin();
    first?.response.end('answered');
    expect(await second).toBeNull();
    await settled();
    expect(responseIn(pulled.text).body).toBe('answered');
  });

  it('nextRequest() is null when the session gets another socket, whose requests are pulled again', async () => {
    const pulled = new Alone();
    const old = pulled.session.nextRequest();
    const pair = createMemoryPair({ clock: pulled.clock });
    pulled.session.attachSocket(pair.server);
    expect(await isPending(old)).toBe(false);
    expect(await old).toBeNull();
    const next = pulled.session.nextRequest();
    await new FarEnd(pair.client).send(get('/new'));
    expect((await next)?.request.path).toBe('/new');
    pulled.session.dispose();
  });

  it('nextRequest() finds requests that came before it was called', async () => {
    const pulled = new Alone();
    await pulled.sendLast(get('/early') + get('/late'));
    const paths: string[] = [];
    for await (const { request, response } of pulled.session) {
      paths.push(request.path);
      response.end();
    }
    expect(paths).toEqual(['/early', '/late']);
    await settled();
    expect(pulled.ended).toBe(true);
  });
});

describe('for await', () => {
  it('for await ends in order when the client has left, and after the last request allowed', async () => {
    for (const options of [{}, { maxKeepAliveRequests: 2 }]) {
      const pulled = new Alone(options);
      const loop = (async () => {
        let count = 0;
        for await (const { request, response } of pulled.session) {
          count++;
          response.end(request.path);
        }
        return count;
      })();
      await pulled.send(get('/1'));
      await pulled.send(get('/2'));
      if (options.maxKeepAliveRequests === undefined) await pulled.fin();
      expect(await loop).toBe(2);
      expect(responsesIn(pulled.text)).toHaveLength(2);
      expect(pulled.ended).toBe(true);
    }
  });

  it('for await throws what a malformed request is', async () => {
    const pulled = new Alone();
    const loop = rejection(
      (async () => {
        for await (const { response } of pulled.session) response.end();
      })(),
    );
    await pulled.send(`${get()}BAD\r\n\r\n`);
    expect(await loop).toBeInstanceOf(RemoteProtocolError);
    expect(responsesIn(pulled.text).map(({ status }) => status)).toEqual([200, 400]);
  });

  it('for await ends when the session is closed, aborted or drained', async () => {
    for (const call of ['close', 'abort', 'drain', 'dispose'] as const) {
      const pulled = new Alone();
      const loop = (async () => {
        for await (const { response } of pulled.session) response.end();
      })();
      await pulled.send(get());
      pulled.session[call]();
      await loop;
      expect(pulled.session.connected()).toBe(false);
    }
  });
});
