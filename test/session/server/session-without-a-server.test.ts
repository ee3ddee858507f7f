import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../../src/constants.js';
import { HTTPSessionError, InvalidStateError } from '../../../src/errors/index.js';
import { HTTPServerSession } from '../../../src/session/index.js';
import { rejection, thrown } from '../../support/transport/promises.js';
import { readAll, withServer } from '../../support/transport/sockets.js';
import { Alone } from '../../support/http/alone.js';
import { responseIn } from '../../support/http/messages.js';
import { echoPath, get, postChunked } from '../../support/http/served.js';

describe('a server session that belongs to no server', () => {
  it('a standalone server session reports all its timers, including those that were not set', () => {
    const { session } = new Alone({ timeout: 5_000, timers: { head: 3_000 } });
    expect(session.timers).toMatchObject({
      firstByte: 5_000,
      head: 3_000,
      linger: TIMEOUTS.lingerTimeout.value,
    });
    session.abort();
  });

  it('a standalone server session names the call that it refuses, and its state', async () => {
    const session = new HTTPServerSession();
    const state = 'unconnected.idle';
    const serving = thrown(() => {
      session.serve(echoPath);
    });
    expect(serving).toBeInstanceOf(InvalidStateError);
    expect(serving).toMatchObject({ call: 'serve()', state });
    expect(await rejection(session.nextRequest())).toMatchObject({ call: 'nextRequest()', state });
  });

  it('a standalone server session has the trailer of a request once that is read, and never one of a response', async () => {
    const alone = new Alone();
    const { session } = alone;
    expect(session.requestTrailer()).toBeNull();
    const told: unknown[] = [];
    session.serve(async (request) => {
      told.push(session.requestTrailer());
      await request.bytes();
      told.push(session.requestTrailer()?.get('checksum'), session.responseTrailer());
    });
    expect(session.requestTrailer()).toBeNull();
    await alone.send(postChunked(['body'], 'Checksum: 42\r\n'));
    expect(told).toEqual([null, '42', null]);
    session.abort();
  });

  it('a standalone server session gives the owner of its socket a signal that is never aborted', async () => {
    const alone = new Alone();
    const signals: AbortSignal[] = [];
    alone.session.serve((_request, response) => {
      signals.push(response.upgrade().signal);
    });
    await alone.send(get('/', 'Connection: Upgrade\r\nUpgrade: other\r\n'));
    expect(alone.session.state).toBe('detached');
    expect(signals).toEqual([expect.any(AbortSignal)]);
    expect(signals[0]?.aborted).toBe(false);
  });

  it('a standalone server session that drains before it is served gives one answer, its last', async () => {
    const alone = new Alone();
    alone.session.startDraining();
    expect(alone.session.state).toBe('connected.draining');
    alone.session.serve(echoPath);
    await alone.send(get('/last') + get('/never'));
    expect(responseIn(alone.text)).toMatchObject({
      body: '/last',
      fields: ['Content-Length: 5', 'Connection: close'],
    });
    expect(alone.ended).toBe(true);
  });
});

describe('a server session whose exception is stored when it is to drain', () => {
  it('a server session whose exception is stored when it is to drain gives one answer, its last, once that is cleared', async () => {
    const alone = new Alone();
    alone.session.serve(echoPath);
    alone.session.setException(new HTTPSessionError('stored by the test'));
    alone.session.startDraining();
    alone.session.clearException();
    expect(alone.session.state).toBe('connected.draining');
    await alone.send(get('/last') + get('/never'));
    expect(responseIn(alone.text).fields).toContain('Connection: close');
    expect(alone.ended).toBe(true);
  });
});

describe('a server session that connects by itself', () => {
  it('a server session that connects by itself is served again on each connection', () =>
    withServer(async ({ target, accepted }) => {
      const session = new HTTPServerSession();
      for (const path of ['/first', '/second']) {
        await session.connect({ host: '127.0.0.1', port: target.port });
        session.serve(echoPath);
        const peer = await accepted();
        peer.end(get(path));
        expect(responseIn((await readAll(peer)).toString('latin1')).body).toBe(path);
        await session.waitFor('closed');
      }
    }));
});
