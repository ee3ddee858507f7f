import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';

/** @typedef {import('./fetch-cells.mjs').Cell} Cell */

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The handshake of a server (RFC 6455 section 4.2.2). */
const accept = (/** @type {string} */ key) =>
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  `Sec-WebSocket-Accept: ${createHash('sha1')
    .update(key + GUID)
    .digest('base64')}\r\n\r\n`;

/** A text frame of a server. */
const frame = (/** @type {string} */ text) =>
  Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);

/** Cells in which the connection is turned over. @type {Record<string, Cell>} */
export const SWITCH_CELLS = {
  WebSocket: async ({ webSocket, servers }) => {
    assert.ok(webSocket !== null);
    const origin = await servers.http(
      () => assert.fail('not an upgrade'),
      (server) => {
        server.on('upgrade', (request, socket) => {
          socket.on('error', () => undefined);
          // The first frame comes with the handshake: it must not be lost.
          socket.write(
            Buffer.concat([
              Buffer.from(accept(String(request.headers['sec-websocket-key']))),
              frame('first'),
            ]),
          );
          socket.once('data', (/** @type {Buffer} */ data) => {
            const length = /** @type {number} */ (data[1]) & 0x7f;
            const text = data
              .subarray(6, 6 + length)
              .map((byte, at) => byte ^ /** @type {number} */ (data[2 + (at % 4)]));
            socket.write(frame(Buffer.from(text).toString()));
          });
        });
      },
    );
    const socket = webSocket(origin.replace('http:', 'ws:'));
    const messages = /** @type {string[]} */ ([]);
    const second = new Promise((resolve, reject) => {
      socket.onerror = reject;
      socket.onmessage = (/** @type {{ data: string }} */ { data }) => {
        messages.push(data);
        if (messages.length === 1) socket.send('second');
        else resolve(null);
      };
    });
    await second;
    assert.deepEqual(messages, ['first', 'second']);
    socket.onerror = () => undefined;
    socket.close();
  },

  'WebSocket refused': async ({ webSocket, servers }) => {
    assert.ok(webSocket !== null);
    const origin = await servers.http(
      (_request, response) => response.writeHead(403).end('no'),
      (server) => {
        server.on('upgrade', (_request, socket) => {
          socket.on('error', () => undefined);
          socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
        });
      },
    );
    const socket = webSocket(origin.replace('http:', 'ws:'));
    await new Promise((resolve, reject) => {
      socket.onerror = resolve;
      socket.onopen = reject;
    });
  },
};

/** Cells of the package that `fetch` cannot show. @type {Record<string, Cell>} */
export const PACKAGE_CELLS = {
  'request: trailers, 103, bodies': async ({ undici, dispatcher, servers }) => {
    const origin = await servers.http((request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => {
        response.writeHead(200, { Trailer: 'X-Sum' });
        request.on('data', (piece) => response.write(piece));
        request.on('end', () => {
          response.addTrailers({ 'X-Sum': '7' });
          response.end();
        });
      });
    });
    async function* pieces() {
      yield 'one, ';
      yield Buffer.from('two');
    }
    const form = new undici.FormData();
    form.append('file', new Blob(['content'], { type: 'text/x' }), 'a "name".txt');
    for (const [body, expected] of /** @type {[any, RegExp][]} */ ([
      ['text', /^text$/],
      [Buffer.from('bytes'), /^bytes$/],
      [pieces(), /^one, two$/],
      [form, /filename="a %22name%22\.txt"\r\nContent-Type: text\/x\r\n\r\ncontent\r\n/i],
    ])) {
      /** @type {number[]} */
      const interim = [];
      const response = await undici.request(origin, {
        method: 'POST',
        body,
        dispatcher,
        headers: ['X-One', '1', 'X-Two', '2'],
        onInfo: (/** @type {{ statusCode: number }} */ { statusCode }) => interim.push(statusCode),
      });
      assert.deepEqual(interim, [103]);
      assert.match(await response.body.text(), expected);
      assert.deepEqual({ ...response.trailers }, { 'x-sum': '7' });
    }
  },

  'upgrade and CONNECT': async ({ undici, dispatcher, servers }) => {
    const origin = await servers.http(
      (_request, response) => response.end(),
      (server) => {
        server.on('upgrade', (_request, socket) => {
          socket.on('error', () => undefined);
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello');
        });
        server.on('connect', (request, socket) => {
          socket.on('error', () => undefined);
          socket.write(`HTTP/1.1 200 OK\r\n\r\n${request.url}`);
        });
      },
    );
    const upgraded = await undici.upgrade(origin, { protocol: 'x', dispatcher });
    assert.equal(String((await once(upgraded.socket, 'data'))[0]), 'hello');
    upgraded.socket.destroy();
    const tunnel = await undici.connect(origin, { path: 'example.org:443', dispatcher });
    assert.equal(tunnel.statusCode, 200);
    assert.equal(String((await once(tunnel.socket, 'data'))[0]), 'example.org:443');
    tunnel.socket.destroy();
  },

  'interceptors: redirect, retry': async ({ undici, dispatcher, servers }) => {
    let requests = 0;
    const origin = await servers.http((request, response) => {
      requests++;
      if (request.url === '/from') response.writeHead(302, { Location: '/to' }).end();
      else response.writeHead(requests < 3 ? 503 : 200).end('served');
    });
    const { redirect, retry } = undici.interceptors;
    const composed = dispatcher.compose(
      retry({ minTimeout: 1, maxRetries: 3, statusCodes: [503] }),
      redirect({ maxRedirections: 2 }),
    );
    const response = await undici.request(`${origin}/from`, { dispatcher: composed });
    assert.equal(response.statusCode, 200);
    assert.equal(await response.body.text(), 'served');
    const fetched = await undici.fetch(`${origin}/to`, { dispatcher: composed });
    assert.equal(await fetched.text(), 'served');
  },

  'the global dispatcher': async ({ undici, dispatcher, servers }) => {
    const origin = await servers.http((_request, response) => response.end('served'));
    const before = undici.getGlobalDispatcher();
    undici.setGlobalDispatcher(dispatcher);
    try {
      assert.equal(await (await undici.fetch(origin)).text(), 'served');
    } finally {
      undici.setGlobalDispatcher(before);
    }
  },
};

/** What Jest cannot show: its tests have a global object of their own. @type {Record<string, Cell>} */
export const GLOBAL_CELLS = {
  'setGlobalDispatcher reaches the global fetch': async ({
    undici,
    dispatcher,
    servers,
    HTTPSessionError,
  }) => {
    const origin = await servers.http((_request, response) => response.end('served'));
    const before = undici.getGlobalDispatcher();
    undici.setGlobalDispatcher(dispatcher);
    try {
      assert.equal(await (await fetch(origin)).text(), 'served');
      const refusing = `http://${await servers.refusing()}`;
      const error = await fetch(refusing).then(assert.fail, (reason) => reason);
      assert.ok(error.cause instanceof HTTPSessionError, `the cause is ${String(error.cause)}`);
    } finally {
      undici.setGlobalDispatcher(before);
    }
  },
};
