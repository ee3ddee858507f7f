import { describe, expect, it } from '@jest/globals';

import { handOver } from '../../../src/adapters/node/index.js';
import type { HTTPSession } from '../../../src/session/index.js';
import { Alone } from '../../support/http/alone.js';
import { Asking } from '../../support/http/asking.js';
import { get, post } from '../../support/http/served.js';
import { rejection, thrown } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';

/** Everything that the new owner of a session's socket gets of what has come so far. */
async function handedOver(session: HTTPSession): Promise<string> {
  const { socket, head } = session.detachSocket();
  let text = head.toString('latin1');
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await settled();
  return text;
}

const FIELDS = 'X-Odd:value without a space\r\nx-ODD:   more of it  \r\nCookie: a=\xe4\r\n';

describe('a request that was parsed and that was not taken', () => {
  it('a request that hasMoreRequests() has seen goes along with detachSocket(), as it came', async () => {
    const alone = new Alone();
    const more = alone.session.hasMoreRequests();
    const bytes = post('its body', FIELDS, '/path?query') + get('/next');
    await alone.send(bytes);
    expect(await more).toBe(true);
    expect(await handedOver(alone.session)).toBe(bytes);
    expect(await alone.session.nextRequest()).toBeNull();
  });

  it('a request that came behind the answered one goes along with detachSocket()', async () => {
    const alone = new Alone();
    await alone.send(get('/1') + get('/2', FIELDS) + get('/3'));
    const first = await alone.session.nextRequest();
    first?.response.end();
    await settled();
    expect(await handedOver(alone.session)).toBe(get('/2', FIELDS) + get('/3'));
  });

  it('a request behind a break out of for await goes along with detachSocket()', async () => {
    const alone = new Alone();
    await alone.send(get('/1') + post('whole', '', '/2'));
    for await (const { response } of alone.session) {
      response.end();
      break;
    }
    expect(await handedOver(alone.session)).toBe(post('whole', '', '/2'));
  });

  it('a request that was taken does not go along', async () => {
    const alone = new Alone();
    await alone.send(get('/1') + get('/2'));
    expect((await alone.session.nextRequest())?.request.path).toBe('/1');
    expect(await handedOver(alone.session)).toBe(get('/2'));
  });

  it('a request that hasMoreRequests() has seen goes along with handOver()', async () => {
    const alone = new Alone();
    const more = alone.session.hasMoreRequests();
    await alone.send(get('/1', FIELDS));
    await more;
    let text = '';
    const other = {
      emit: (_event: string, socket: NodeJS.ReadableStream): boolean => {
        socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
        return true;
      },
    };
    handOver(alone.session, other);
    await settled();
    expect(text).toBe(get('/1', FIELDS));
  });
});

describe('handOver()', () => {
  it('handOver() refuses a server that takes no connections, and the session keeps its own', async () => {
    const alone = new Alone();
    const other = { emit: () => false, listenerCount: () => 0 };
    expect((thrown(() => handOver(alone.session, other)) as Error).message).toBe(
      "handOver(): the server has no 'connection' listener",
    );
    expect(alone.session.state).toBe('connected.open');
  });

  it('handOver() refuses a connection whose peer has finished sending what cannot be put back', async () => {
    const alone = new Alone();
    const more = alone.session.hasMoreRequests();
    await alone.send(get('/1'));
    await alone.fin();
    await more;
    expect(thrown(() => handOver(alone.session, { emit: () => true }))).toMatchObject({
      name: 'InvalidStateError',
      reason: 'the peer has finished sending, so what was read cannot be put back; use detachSocket()',
    });
    expect((await alone.session.nextRequest())?.request.path).toBe('/1');
  });
});

describe('a response that was parsed and that was not taken', () => {
  it('detachSocket() is refused while a response waits for receiveResponse()', async () => {
    const asking = new Asking();
    const { HTTPRequest } = await import('../../../src/protocol/index.js');
    const message = new HTTPRequest('PUT', '/');
    message.setContentLength(5);
    message.setExpectContinue(true);
    await asking.session.sendRequest(message);
    const wanted = asking.session.peekResponse();
    await asking.answer('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    expect(await wanted).toBe(false);
    expect(thrown(() => asking.session.detachSocket())).toMatchObject({
      call: 'detachSocket()',
      reason: 'the head of a response was read that receiveResponse() has not returned yet',
    });
    const response = await asking.session.receiveResponse();
    expect(response.status).toBe(403);
    expect(asking.session.detachSocket().head.toString()).toBe('no');
    expect(await rejection(asking.session.get())).toMatchObject({ state: 'detached' });
  });
});
