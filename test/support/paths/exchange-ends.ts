import { HTTPRequest } from '../../../src/protocol/index.js';
import {
  HTTPClientSession,
  HTTPServerSession,
  type HTTPClientResponse,
  type HTTPServerRequest,
  type HTTPServerResponse,
  type RequestBody,
} from '../../../src/session/index.js';
import { createMemoryPair, VirtualClock, type MemorySocket } from '../../../src/transport/index.js';

/** A real session with a raw far end, and all that either side can do to it. */
export interface End {
  readonly session: HTTPClientSession | HTTPServerSession;
  /** What its peer may send, and its user may call, by name. What is not possible in a state may throw. */
  readonly moves: Readonly<Record<string, () => unknown>>;
}

const idly = (): undefined => undefined;

/** One connection after another, in memory; what arrives at the far end is of no interest. */
class Line {
  readonly clock = new VirtualClock();
  far!: MemorySocket;

  open(): MemorySocket {
    const { client, server } = createMemoryPair({ clock: this.clock });
    this.far = client.on('error', idly).resume();
    return server;
  }

  readonly send = (text: string) => () => this.far.write(text, 'latin1');

  /** What ends a connection, from either side. */
  ends(session: HTTPClientSession | HTTPServerSession): End['moves'] {
    return {
      FIN: () => this.far.end(),
      RST: () => this.far.reset(),
      garbage: this.send('\0\r\n\r\n'),
      'time passes': () => this.clock.advance(70_000),
      'setException()': () => session.setException(new Error('mine')),
      'clearException()': () => session.clearException(),
      'detachSocket()': () => session.detachSocket(),
      'close()': () => session.close(),
      'abort()': () => session.abort(),
    };
  }
}

const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const EXPECT = 'Expect: 100-continue\r\n';
/** A chunk that is longer than what a server reads to throw it away. */
const MUCH = `80000\r\n${'x'.repeat(0x80000)}\r\n`;
const UPGRADE = 'Connection: Upgrade\r\nUpgrade: chat\r\n';
const LAST_UPGRADE = 'Connection: Upgrade, close\r\nUpgrade: chat\r\n';
const CLOSE = 'Connection: close\r\n';

function head(method: string, fields = '', target = '/'): string {
  return `${method} ${target} HTTP/1.1\r\nHost: h\r\n${fields}\r\n`;
}

/** The server's end: the far end is a client, and whoever handles the requests does what a move says. */
export function serverEnd(): End {
  const line = new Line();
  const session = new HTTPServerSession(null, { clock: line.clock });
  let request: HTTPServerRequest | null = null;
  let response: HTTPServerResponse | null = null;
  const attach = (): void => {
    session.attachSocket(line.open());
    session.serve((nextRequest, nextResponse) => {
      request = nextRequest;
      response = nextResponse;
    });
  };
  attach();
  const { send } = line;
  return {
    session,
    moves: {
      'a request': send(head('GET')),
      'half of a head': send('GET / HTTP/1.1\r\n'),
      'its other half': send('Host: h\r\n\r\n'),
      'a request with a body to come': send(head('POST', CHUNKED)),
      'a request that offers an upgrade': send(head('GET', UPGRADE)),
      'a tunnel is asked for': send(head('CONNECT', '', 'h:1')),
      'a request that expects 100': send(head('POST', CHUNKED + EXPECT)),
      'a request that offers an upgrade, with a body to come': send(head('POST', CHUNKED + UPGRADE)),
      'a request that expects 100 and offers an upgrade': send(head('POST', CHUNKED + EXPECT + UPGRADE)),
      'the last request': send(head('GET', CLOSE)),
      'the last request, with a body to come': send(head('POST', CHUNKED + CLOSE)),
      'the last request, which offers an upgrade': send(head('GET', LAST_UPGRADE)),
      'the last request, which offers an upgrade, with a body to come': send(
        head('POST', CHUNKED + LAST_UPGRADE),
      ),
      'the last request, which expects 100': send(head('POST', CHUNKED + EXPECT + CLOSE)),
      'the last request, which expects 100 and offers an upgrade': send(
        head('POST', CHUNKED + EXPECT + LAST_UPGRADE),
      ),
      'a piece of the body': send('2\r\nab\r\n'),
      'the end of the body': send('0\r\n\r\n'),
      'much of the body': send(MUCH),
      'body.read()': () => request?.body.read(),
      'body.bytes()': () => request?.bytes(),
      'sendContinue()': () => response?.sendContinue(),
      'sendInterim()': () => response?.sendInterim(103),
      'write()': () => response?.write('x'),
      'end()': () => response?.end(),
      'write() of the last response': () => response?.set('Connection', 'close').write('x'),
      'switchProtocol()': () => response?.switchProtocol(),
      'setKeepAlive(false)': () => session.setKeepAlive(false),
      'drain()': () => session.drain(),
      ...line.ends(session),
      'another socket': attach,
    },
  };
}

/** A client in memory, where every connection succeeds at once. */
function clientOver(line: Line): HTTPClientSession {
  const session = new (class extends HTTPClientSession {
    override connect(): Promise<void> {
      this.attachSocket(line.open());
      return Promise.resolve();
    }
  })('h', 80, { clock: line.clock });
  session.attachSocket(line.open());
  return session;
}

const UPGRADING = { Connection: 'Upgrade', Upgrade: 'chat' };
const UPGRADING_LAST = { Connection: 'Upgrade, close', Upgrade: 'chat' };
const LAST = { Connection: 'close' };

/** The client's end, with whole requests, which may be sent once more. */
export function requestingEnd(): End {
  const line = new Line();
  const session = clientOver(line);
  const put = { method: 'PUT', body: 'x', expectContinue: true };
  return {
    session,
    moves: {
      'request()': () => session.request(),
      'request() to upgrade': () => session.request({ headers: UPGRADING }),
      'request() to upgrade, the last one': () => session.request({ headers: UPGRADING_LAST }),
      'request(), the last one': () => session.request({ headers: LAST }),
      'request() that expects 100': () => session.request(put),
      'request() that expects 100, the last one': () => session.request({ ...put, headers: LAST }),
      'request() that expects 100 and offers an upgrade': () =>
        session.request({ ...put, headers: UPGRADING }),
      'request() that expects 100 and offers an upgrade, the last one': () =>
        session.request({ ...put, headers: UPGRADING_LAST }),
      'a response without a body': line.send('HTTP/1.1 204 No Content\r\n\r\n'),
      RST: () => line.far.reset(),
    },
  };
}

/** The client's end, step by step: the far end is a server. */
export function clientEnd(): End {
  const line = new Line();
  const session = clientOver(line);
  let body: RequestBody | null = null;
  let response: HTTPClientResponse | null = null;
  const begin =
    (method: string, fields: Record<string, string> = {}) =>
    async () => {
      const target = method === 'CONNECT' ? 'h:1' : '/';
      body = await session.sendRequest(new HTTPRequest(method, target, { headers: fields }));
      body.flush();
      session.receiveResponse().then((next) => {
        response = next;
      }, idly);
    };
  const chunked = { 'Transfer-Encoding': 'chunked' };
  const another = (): void => session.attachSocket(line.open());
  /** Begins a request, and does something to the connection before that is ready. */
  const meanwhile =
    (...acts: readonly (() => unknown)[]) =>
    () => {
      begin('POST', chunked)().catch(idly);
      for (const act of acts) act();
    };
  const close = (): void => session.close();
  const detach = (): unknown => session.detachSocket();
  const expect = { ...chunked, Expect: '100-continue' };
  const { send } = line;
  return {
    session,
    moves: {
      'sendRequest() without a body': begin('GET'),
      'sendRequest()': begin('POST', chunked),
      'sendRequest() of the last one': begin('POST', { ...chunked, ...LAST }),
      'sendRequest() to upgrade': begin('POST', { ...chunked, ...UPGRADING }),
      'sendRequest() to upgrade, of the last one': begin('POST', { ...chunked, ...UPGRADING_LAST }),
      'sendRequest() that expects 100, of the last one': begin('POST', { ...expect, ...LAST }),
      'sendRequest() that expects 100 and offers an upgrade, of the last one': begin('POST', {
        ...expect,
        ...UPGRADING_LAST,
      }),
      'sendRequest() for a tunnel': begin('CONNECT'),
      'sendRequest() that expects 100': begin('POST', expect),
      'sendRequest() that expects 100 and offers an upgrade': begin('POST', { ...expect, ...UPGRADING }),
      'peekResponse()': () => session.peekResponse(),
      'write()': () => body?.write('x'),
      'end()': () => body?.end(),
      '100 Continue': send('HTTP/1.1 100 Continue\r\n\r\n'),
      '103 Early Hints': send('HTTP/1.1 103 Early Hints\r\n\r\n'),
      '101 Switching Protocols': send(`HTTP/1.1 101 Switching Protocols\r\n${UPGRADE}\r\n`),
      'a response without a body': send('HTTP/1.1 204 No Content\r\n\r\n'),
      'a response with a body to come': send(`HTTP/1.1 200 OK\r\n${CHUNKED}\r\n`),
      'the last response, with a body to come': send(`HTTP/1.1 200 OK\r\n${CLOSE}${CHUNKED}\r\n`),
      'a refusal': send(`HTTP/1.1 413 Content Too Large\r\n${CHUNKED}\r\n`),
      'the body of the response': send('2\r\nab\r\n0\r\n\r\n'),
      'garbage in a body that is read': () => {
        response?.bytes().catch(idly);
        line.far.write('\0\r\n\r\n');
      },
      'body.bytes()': () => response?.bytes(),
      'reserve()': () => session.reserve(),
      'release()': () => session.release(),
      ...line.ends(session),
      'another socket': another,
      'sendRequest(), and meanwhile close(), twice': meanwhile(close, close),
      'sendRequest(), and meanwhile close() and another socket': meanwhile(close, another),
      'sendRequest(), and meanwhile close(), another socket and close()': meanwhile(close, another, close),
      'sendRequest(), and meanwhile close(), another socket and detachSocket()': meanwhile(
        close,
        another,
        detach,
      ),
      'sendRequest(), and meanwhile detachSocket()': meanwhile(detach),
    },
  };
}
