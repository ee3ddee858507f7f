import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../../src/constants.js';
import { TimeoutError } from '../../../src/errors/index.js';
import type { HTTPServerRequest, HTTPServerResponse } from '../../../src/session/index.js';
import { rejection } from '../../support/transport/promises.js';
import { responseIn, statusesIn } from '../../support/http/messages.js';
import { echoPath, get, post, Served } from '../../support/http/served.js';

/*
 * How long a body may take: while it is waited for before the response, each piece has its time; once the response is
 * complete, what is not waited for has one time for all of it.
 */

const TICK = TIMEOUTS.timerGranularity.value;
const TIME = 1_000;

const head = (length: number): string =>
  `POST / HTTP/1.1\r\nHost: test\r\nContent-Length: ${String(length)}\r\n\r\n`;

/** A server whose handler is the test. */
async function handled(): Promise<{
  served: Served;
  request: HTTPServerRequest;
  response: HTTPServerResponse;
}> {
  let request!: HTTPServerRequest;
  let response!: HTTPServerResponse;
  const served = new Served(
    (...given) => {
      [request, response] = given;
      return new Promise<void>(() => undefined);
    },
    { receiveTimeout: TIME },
  );
  await served.send(head(100));
  return { served, request, response };
}

describe('the time for a body', () => {
  it('the time for a body does not pass while the handler, with a part of it, waits for nothing', async () => {
    const { served, request, response } = await handled();
    const piece = request.body.read();
    await served.send('01234');
    expect(String(await piece)).toBe('01234');
    await served.pass(10 * TIME);
    expect(served.text).toBe('');
    response.end('slow');
    await served.pass(0);
    expect(responseIn(served.text)).toMatchObject({ status: 200, body: 'slow' });
  });

  it('the time for a body starts again with each awaited piece', async () => {
    const { served, request } = await handled();
    const body = rejection(request.bytes());
    for (let at = 0; at < 5; at++) {
      await served.pass(TIME - TICK);
      await served.send('x');
    }
    expect(served.text).toBe('');
    await served.pass(TIME + TICK);
    expect(await body).toBeInstanceOf(TimeoutError);
  });

  it('the time for a body counts, behind a complete response, from the last piece and not from when the next is asked for', async () => {
    const { served, request, response } = await handled();
    const piece = request.body.read();
    response.end('early');
    await served.send('01234');
    await piece;
    await served.pass(TIME - 2 * TICK);
    const next = rejection(request.body.read());
    await served.pass(3 * TICK);
    expect(await next).toMatchObject({ timer: 'bodyProgress', timeout: TIME });
  });

  it('the time for a body is one for all that is thrown away: bytes gain none', async () => {
    const served = new Served(echoPath, { receiveTimeout: TIME });
    await served.send(head(100));
    for (let at = 0; at < 3; at++) {
      await served.send('x');
      await served.pass(TIME / 4);
    }
    expect(served.session.state).toBe('connected.open');
    await served.send('x');
    await served.pass(TIME / 4 + TICK);
    expect(served.ended).toBe(true);
    expect(statusesIn(served.text)).toEqual([200]);
  });

  it('the time for a body is not armed for what is read of a connection that is gone', async () => {
    const { served, request } = await handled();
    await served.send('01234');
    await served.reset();
    expect(String(await request.body.read())).toBe('01234');
    expect(served.armedDeadlines).toBe(0);
  });
});

describe('a body that was thrown away', () => {
  it('a body that was discarded is not that of the next request, which continues with its own', async () => {
    let text = '';
    const served = new Served(async (request, response) => {
      if (request.path === '/next') text = await request.text();
      response.end(request.path);
    });
    await served.send(head(10));
    await served.send(`0123456789${post('0123456789', '', '/next').slice(0, -5)}`);
    await served.send('56789');
    expect(text).toBe('0123456789');
    await served.send(get('/last'));
    expect(statusesIn(served.text)).toEqual([200, 200, 200]);
    expect(served.session.state).toBe('connected.open');
  });
});
