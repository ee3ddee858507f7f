import { describe, expect, it } from '@jest/globals';

import {
  InvalidStateError,
  IncompleteMessageError,
  LocalProtocolError,
  NoMessageError,
} from '../../../src/errors/index.js';
import { HTTPRequest, MessageHeader } from '../../../src/protocol/index.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';
import { isPending, rejection } from '../../support/transport/promises.js';

const chunked = (): HTTPRequest =>
  new HTTPRequest('POST', '/', { headers: { 'Transfer-Encoding': 'chunked' } });
const sized = (length: number): HTTPRequest =>
  new HTTPRequest('POST', '/', { headers: { 'Content-Length': String(length) } });

describe('sendRequest()', () => {
  it('sendRequest() of a message without a body sends it at once', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(new HTTPRequest('GET', '/a'));
    expect(body.finished).toBe(true);
    await settled();
    expect(asking.server.text).toBe('GET /a HTTP/1.1\r\nHost: test\r\n\r\n');
    await asking.answer(ok('hello'));
    expect(await (await asking.session.receiveResponse()).text()).toBe('hello');
  });

  it('sendRequest() of a message with a body holds the head back for the first piece', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(sized(6));
    await settled();
    expect(asking.server.text).toBe('');
    await body.write('one');
    expect(body.finished).toBe(false);
    await body.end('two');
    expect(body.finished).toBe(true);
    await settled();
    expect(asking.server.text).toBe('POST / HTTP/1.1\r\nContent-Length: 6\r\nHost: test\r\n\r\nonetwo');
    await asking.answer(ok());
    await (await asking.session.receiveResponse()).bytes();
    expect(asking.session.exchangeState).toBe('idle.reused');
  });

  it('sendRequest() of a chunked message sends chunks and trailer fields', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(chunked());
    await body.write('hello');
    await body.end(undefined, new MessageHeader({ Checksum: '42' }));
    await settled();
    expect(asking.server.text).toContain('\r\n\r\n5\r\nhello\r\n0\r\nChecksum: 42\r\n\r\n');
  });

  it('sendRequest() gives a body that a Node.js stream can be piped into', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(chunked());
    const stream = body.stream();
    stream.write('one');
    stream.end('two');
    await settled();
    expect(asking.server.text.endsWith('3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n')).toBe(true);
  });

  it('sendRequest() refuses more or fewer bytes than declared', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(sized(3));
    expect(await rejection(body.write('four'))).toBeInstanceOf(LocalProtocolError);
    expect(await rejection(body.end())).toBeInstanceOf(LocalProtocolError);
    await body.end('abc');
    await settled();
    expect(asking.server.text.endsWith('\r\n\r\nabc')).toBe(true);
    expect(await rejection(body.write('more'))).toBeInstanceOf(InvalidStateError);
    expect(await rejection(body.end())).toBeInstanceOf(InvalidStateError);
  });

  it('sendRequest() is refused while another request is in progress', async () => {
    const asking = new Asking();
    await asking.session.sendRequest(new HTTPRequest());
    expect(await rejection(asking.session.sendRequest(new HTTPRequest()))).toBeInstanceOf(InvalidStateError);
    expect(await rejection(asking.session.request())).toBeInstanceOf(InvalidStateError);
  });

  it('sendRequest() makes the body of the request before refuse everything', async () => {
    const asking = new Asking();
    const first = await asking.session.sendRequest(sized(0));
    await asking.answer(ok());
    await (await asking.session.receiveResponse()).bytes();
    await asking.session.sendRequest(sized(4));
    expect(await rejection(first.write('x'))).toBeInstanceOf(InvalidStateError);
  });
});

describe('flushRequest()', () => {
  it('flushRequest() sends the head without waiting for a body', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(sized(4));
    asking.session.flushRequest();
    asking.session.flushRequest();
    await settled();
    expect(asking.server.take()).toBe('POST / HTTP/1.1\r\nContent-Length: 4\r\nHost: test\r\n\r\n');
    await body.end('body');
    await settled();
    expect(asking.server.text).toBe('body');
  });
});

describe('receiveResponse()', () => {
  it('receiveResponse() finds a response that came before it was called', async () => {
    for (const end of ['', 'fin']) {
      const asking = new Asking();
      await asking.session.sendRequest(new HTTPRequest());
      await settled();
      if (end === '') await asking.server.send(ok());
      else await asking.server.sendLast(ok());
      const response = await asking.session.receiveResponse();
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('');
    }
  });

  it('receiveResponse() is refused when nothing was sent, twice for one request, and after its response', async () => {
    const asking = new Asking();
    expect(await rejection(asking.session.receiveResponse())).toBeInstanceOf(InvalidStateError);
    await asking.session.sendRequest(new HTTPRequest());
    const first = asking.session.receiveResponse();
    expect(await rejection(asking.session.receiveResponse())).toBeInstanceOf(InvalidStateError);
    await asking.answer(ok());
    expect((await first).status).toBe(200);
    expect(await rejection(asking.session.receiveResponse())).toBeInstanceOf(InvalidStateError);
    expect(asking.session.exchangeState).toBe('idle.reused');
  });

  it('receiveResponse() passes over interim responses', async () => {
    const asking = new Asking();
    await asking.session.sendRequest(new HTTPRequest());
    const response = asking.session.receiveResponse();
    await asking.answer('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n');
    expect(await isPending(response)).toBe(true);
    await asking.answer(ok('final'));
    expect(await (await response).text()).toBe('final');
  });

  it('receiveResponse() rejects when the server leaves instead of answering', async () => {
    const silent = new Asking();
    await silent.session.sendRequest(new HTTPRequest());
    await settled();
    await silent.server.fin();
    expect(await rejection(silent.session.receiveResponse())).toBeInstanceOf(NoMessageError);
    const broken = new Asking();
    await broken.session.sendRequest(new HTTPRequest());
    await settled();
    await broken.server.sendLast('HTTP/1.1 200 OK\r\nCont');
    expect(await rejection(broken.session.receiveResponse())).toBeInstanceOf(IncompleteMessageError);
  });

  it("receiveResponse() sends nothing again: the steps are the caller's", async () => {
    const asking = await Asking.reused();
    await asking.session.sendRequest(new HTTPRequest());
    const failure = rejection(asking.session.receiveResponse());
    await settled();
    await asking.server.fin();
    expect(await failure).toBeInstanceOf(NoMessageError);
    await settled();
    expect(asking.connections).toHaveLength(1);
    expect(asking.session.connected()).toBe(false);
  });
});

describe('peekResponse()', () => {
  const expecting = (): HTTPRequest => {
    const message = sized(4);
    message.setExpectContinue(true);
    return message;
  };

  it('peekResponse() is true when the body is granted', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(expecting());
    const granted = asking.session.peekResponse();
    await asking.answer('HTTP/1.1 100 Continue\r\n\r\n');
    expect(await granted).toBe(true);
    await body.end('body');
    await asking.answer(ok('thanks'));
    expect(await (await asking.session.receiveResponse()).text()).toBe('thanks');
    expect(asking.session.exchangeState).toBe('idle.reused');
  });

  it('peekResponse() is false when a final response came instead, which is the one to receive', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(expecting());
    const granted = asking.session.peekResponse();
    await asking.answer('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    expect(await granted).toBe(false);
    expect(await rejection(body.write('body'))).toBeInstanceOf(InvalidStateError);
    const response = await asking.session.receiveResponse();
    expect(await response.text()).toBe('no');
    expect(asking.session.state).toBe('closed');
  });

  it('peekResponse() is true when nothing comes in time', async () => {
    const asking = new Asking({ continueTimeout: 1_000 });
    await asking.session.sendRequest(expecting());
    const granted = asking.session.peekResponse();
    await settled();
    await asking.pass(1_100);
    expect(await granted).toBe(true);
  });

  it('peekResponse() is true at once when nothing was expected', async () => {
    const asking = new Asking();
    await asking.session.sendRequest(sized(4));
    expect(await asking.session.peekResponse()).toBe(true);
  });

  it('peekResponse() is false when the connection is lost meanwhile, and the response says why', async () => {
    const asking = new Asking();
    await asking.session.sendRequest(expecting());
    const granted = asking.session.peekResponse();
    await settled();
    await asking.server.reset();
    expect(await granted).toBe(false);
    expect(await rejection(asking.session.receiveResponse())).toMatchObject({
      code: 'ERR_HTTP_SESSION_RESET',
    });
  });
});

describe('reset()', () => {
  it('reset() closes the connection; the next request opens a new one', async () => {
    for (const before of [
      (): Promise<void> => Promise.resolve(),
      async (asking: Asking): Promise<void> => {
        await asking.session.sendRequest(sized(10));
      },
      async (asking: Asking): Promise<void> => {
        await asking.session.sendRequest(new HTTPRequest());
        await asking.server.send('GARBAGE\r\n\r\n');
        await rejection(asking.session.receiveResponse());
      },
    ]) {
      const asking = await Asking.reused();
      await before(asking);
      asking.session.reset();
      expect(asking.session.networkException()).toBeNull();
      expect(asking.session.connected()).toBe(false);
      const next = asking.session.request();
      await settled();
      await asking.answer(ok('next'));
      expect(await (await next).text()).toBe('next');
      expect(asking.connections).toHaveLength(2);
    }
  });
});
