import { describe, expect, it } from '@jest/globals';

import { HTTPRequest } from '../../../src/protocol/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { isPending, rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';

const HINTS = 'HTTP/1.1 103 Early Hints\r\n\r\n';
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n';

/** A request whose body of four bytes waits for 100 Continue. */
function expecting(): HTTPRequest {
  const message = new HTTPRequest('POST', '/', { headers: { 'Content-Length': '4' } });
  message.setExpectContinue(true);
  return message;
}

describe('the patience for 100 Continue', () => {
  it('the continue timeout does not restart with another interim response', async () => {
    const asking = new Asking({ continueTimeout: 2_000 });
    const response = asking.session.request({ method: 'POST', body: 'late', expectContinue: true });
    await settled();
    await asking.pass(1_500);
    await asking.answer(HINTS);
    await asking.pass(550);
    expect(asking.server.text).toContain('late');
    await asking.answer(ok('thanks'));
    expect(await (await response).text()).toBe('thanks');
  });

  it('a second peek waits for the continue timeout again', async () => {
    const asking = new Asking({ continueTimeout: 1_000 });
    await asking.session.sendRequest(expecting());
    const response = asking.session.receiveResponse();
    for (let round = 0; round < 2; round++) {
      const granted = asking.session.peekResponse();
      await asking.pass(980);
      expect(await isPending(granted)).toBe(true);
      await asking.pass(50);
      expect(await granted).toBe(true);
    }
    expect(await isPending(response)).toBe(true);
  });

  it('after the continue timeout, the receive timeout starts once the request is complete', async () => {
    const asking = new Asking({ continueTimeout: 1_000, receiveTimeout: 5_000 });
    const body = await asking.session.sendRequest(expecting());
    const failure = rejection(asking.session.receiveResponse());
    const granted = asking.session.peekResponse();
    await body.end('body');
    await asking.pass(1_050);
    expect(await granted).toBe(true);
    await asking.pass(5_050);
    expect(await failure).toMatchObject({ name: 'TimeoutError', timer: 'receive' });
  });

  it('after the continue timeout without a pending receiveResponse(), no timer runs', async () => {
    const asking = new Asking({ continueTimeout: 1_000, receiveTimeout: 5_000 });
    const body = await asking.session.sendRequest(expecting());
    const granted = asking.session.peekResponse();
    await body.end('body');
    await asking.pass(1_050);
    expect(await granted).toBe(true);
    await asking.pass(60_000);
    expect(asking.session.state).toBe('connected.open');
    await asking.answer(ok('at last'));
    expect(await (await asking.session.receiveResponse()).text()).toBe('at last');
  });
});

describe('the receive timeout', () => {
  it('the receive timeout does not run before receiveResponse()', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    await asking.session.sendRequest(new HTTPRequest('GET', '/'));
    await asking.pass(60_000);
    expect(asking.session.state).toBe('connected.open');
    await asking.answer(ok('patience'));
    expect(await (await asking.session.receiveResponse()).text()).toBe('patience');
  });

  it('the receive timeout does not run while the body of a response is not read', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const response = asking.session.request();
    await asking.answer(HEAD);
    const { body } = await response;
    await asking.pass(60_000);
    expect(asking.session.state).toBe('connected.open');
    await asking.server.send('body');
    expect((await body.bytes()).toString()).toBe('body');
  });

  it('the receive timeout does not run between two reads of a body', async () => {
    const asking = new Asking({ receiveTimeout: 5_000, keepAliveTimeout: 0 });
    const response = asking.session.request();
    await asking.answer(HEAD);
    const { body } = await response;
    for (const piece of ['bo', 'dy']) {
      const read = body.read();
      await asking.server.send(piece);
      expect((await read)?.toString()).toBe(piece);
      await asking.pass(60_000);
      expect(asking.session.state).toBe('connected.open');
    }
    expect(body.complete).toBe(true);
  });

  it('the receive timeout does not limit an idle connection after a response without a body', async () => {
    const asking = new Asking({ receiveTimeout: 1_000, keepAliveTimeout: 5_000 });
    const response = asking.session.request();
    await asking.answer('HTTP/1.1 204 No Content\r\n\r\n');
    await response;
    await asking.pass(4_900);
    expect(asking.session.state).toBe('connected.open');
    await asking.pass(200);
    expect(asking.session.state).toBe('closed');
    expect(asking.session.networkException()).toBeNull();
  });
});

describe('the end of an idle connection by its timeout', () => {
  it('an expired idle connection does not close the socket that a listener attaches instead', async () => {
    const asking = await Asking.reused({ keepAliveTimeout: 5_000 });
    asking.session.on('closed', () => {
      asking.session.attachSocket(createMemoryPair({ clock: asking.clock }).client);
    });
    await asking.pass(5_050);
    expect(asking.session.state).toBe('connected.open');
    expect(asking.session.networkException()).toBeNull();
  });
});
