import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {(context: Context) => Promise<void>} Cell */

const ECHO = (/** @type {import('node:http').IncomingMessage} */ request, /** @type {any} */ response) => {
  request.pipe(response);
};

/** Until a connection is gone, in whatever way. @param {import('node:net').Socket} socket */
const closeOf = (socket) =>
  new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve));

/** @param {unknown} error @param {Context} context */
function assertOurs(error, { HTTPSessionError }) {
  assert.equal(/** @type {Error} */ (error).name, 'TypeError');
  const { cause } = /** @type {{ cause?: any }} */ (error);
  assert.ok(cause instanceof HTTPSessionError, `the cause is ${String(cause)}`);
  assert.ok(cause.testimony !== undefined, 'the cause has a testimony');
  return cause;
}

/** The cells that every `fetch` has. @type {Record<string, Cell>} */
export const FETCH_CELLS = {
  'head and body': async ({ fetch, servers }) => {
    const origin = await servers.http((request, response) => {
      response.writeHead(201, 'Made', [
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['X-Latin', 'caf\xe9'],
        ['X-Path', String(request.url)],
      ]);
      response.end('Hello');
    });
    const response = await fetch(`${origin}/path?a=b`, { headers: { 'X-Own': 'yes' } });
    assert.equal(response.status, 201);
    assert.equal(response.statusText, 'Made');
    assert.equal(response.headers.getSetCookie().join('; '), 'a=1; b=2');
    assert.equal(response.headers.get('x-latin'), 'caf\xe9');
    assert.equal(response.headers.get('x-path'), '/path?a=b');
    assert.equal(await response.text(), 'Hello');
  },

  'POST of text, bytes, a form': async ({ fetch, FormData, servers }) => {
    const origin = await servers.http(ECHO);
    const text = await fetch(origin, { method: 'POST', body: 'caf\xe9' });
    assert.equal(await text.text(), 'caf\xe9');
    const bytes = await fetch(origin, { method: 'PUT', body: new Uint8Array([1, 2, 3]) });
    assert.deepEqual([...new Uint8Array(await bytes.arrayBuffer())], [1, 2, 3]);
    const form = new FormData();
    form.append('name', 'value');
    const sent = await fetch(origin, { method: 'POST', body: form });
    assert.match(await sent.text(), /name="name"\r\n\r\nvalue\r\n/);
  },

  'streamed upload': async ({ fetch, servers }) => {
    const origin = await servers.http(ECHO);
    let left = 64;
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(16_384));
        if (--left === 0) controller.close();
      },
    });
    const response = await fetch(origin, { method: 'POST', body, duplex: 'half' });
    assert.equal((await response.arrayBuffer()).byteLength, 1_048_576);
  },

  'HEAD, 204, 304': async ({ fetch, servers }) => {
    const origin = await servers.http((request, response) => {
      if (request.method === 'HEAD') response.writeHead(200, { 'Content-Length': 5 });
      else response.writeHead(Number(request.url?.slice(1)));
      response.end();
    });
    const head = await fetch(origin, { method: 'HEAD' });
    assert.equal(head.headers.get('content-length'), '5');
    assert.equal(await head.text(), '');
    for (const status of [204, 304]) {
      const response = await fetch(`${origin}/${status}`);
      assert.equal(response.status, status);
      assert.equal(await response.text(), '');
    }
  },

  '103 before the response': async ({ fetch, servers }) => {
    const origin = await servers.http((_request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => response.end('final'));
    });
    const response = await fetch(origin);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('link'), null);
    assert.equal(await response.text(), 'final');
  },

  'server-sent events': async ({ fetch, servers }) => {
    /** @type {import('node:http').ServerResponse | undefined} */
    let stream;
    const origin = await servers.http((_request, response) => {
      stream = response;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: 1\n\n');
    });
    const response = await fetch(origin);
    const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
    for (const number of [1, 2, 3]) {
      const { value } = await reader.read();
      assert.equal(Buffer.from(/** @type {Uint8Array} */ (value)).toString(), `data: ${number}\n\n`);
      // Only now is the next event sent.
      if (number < 3) stream?.write(`data: ${number + 1}\n\n`);
    }
    stream?.end();
    assert.equal((await reader.read()).done, true);
  },

  'back-pressure': async ({ fetch, servers }) => {
    const total = 64 << 20;
    let sent = 0;
    /** @type {() => void} */
    let moved = () => undefined;
    const origin = await servers.http((_request, response) => {
      const piece = Buffer.alloc(65_536);
      const write = () => {
        while (sent < total) {
          sent += piece.length;
          moved();
          if (!response.write(piece)) return;
        }
        response.end();
      };
      response.on('drain', write);
      write();
    });
    const response = await fetch(origin);
    const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
    let received = (await reader.read()).value?.byteLength ?? 0;
    // Until the server has not written for a while.
    for (let isMoving = true; isMoving;) {
      isMoving = await new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), 150);
        moved = () => {
          clearTimeout(timer);
          resolve(true);
        };
      });
    }
    assert.ok(sent < total / 2, `${sent} bytes were sent to a client that does not read`);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      received += value.byteLength;
    }
    assert.equal(received, total);
  },

  'redirect and decompression': async ({ fetch, servers }) => {
    const origin = await servers.http((request, response) => {
      if (request.url === '/from') response.writeHead(302, { Location: '/to' }).end('unread');
      else response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('unpacked'));
    });
    const response = await fetch(`${origin}/from`);
    assert.equal(response.url, `${origin}/to`);
    assert.equal(response.redirected, true);
    assert.equal(await response.text(), 'unpacked');
  },

  'abort before connecting': async ({ fetch, servers }) => {
    const authority = await servers.raw(() => assert.fail('a connection was opened'));
    const controller = new AbortController();
    controller.abort(new Error('not wanted'));
    await assert.rejects(fetch(`http://${authority}`, { signal: controller.signal }), /not wanted/);
  },

  'abort while connecting': async ({ fetch, servers }) => {
    const controller = new AbortController();
    const closed = new Promise((resolve, reject) => {
      // A server that never answers the handshake.
      servers
        .raw((socket) => {
          socket.on('close', resolve).resume();
          socket.once('data', () => controller.abort(new Error('not wanted')));
        })
        .then((authority) => {
          const fetched = fetch(`https://${authority}`, { signal: controller.signal });
          assert.rejects(fetched, /not wanted/).catch(reject);
        });
    });
    await closed;
  },

  'abort while queued': async ({ fetchWith, servers }) => {
    const fetch = fetchWith({ maxConnections: 1 });
    /** @type {(string | undefined)[]} */
    const served = [];
    const controller = new AbortController();
    const origin = await servers.http((request, response) => {
      served.push(request.url);
      if (served.length === 1) setImmediate(() => controller.abort(new Error('not wanted')));
      response.write('a piece');
      controller.signal.addEventListener('abort', () => response.end());
      if (controller.signal.aborted) response.end();
    });
    const first = fetch(`${origin}/first`);
    const second = fetch(`${origin}/second`, { signal: controller.signal });
    const third = fetch(`${origin}/third`);
    await assert.rejects(second, /not wanted/);
    for (const response of await Promise.all([first, third])) assert.equal(await response.text(), 'a piece');
    assert.deepEqual(served, ['/first', '/third']);
  },

  'abort before the head': async ({ fetch, servers }) => {
    const controller = new AbortController();
    /** @type {Promise<unknown> | undefined} */
    let closed;
    const origin = await servers.http((request) => {
      closed = closeOf(request.socket);
      controller.abort(new Error('not wanted'));
    });
    await assert.rejects(fetch(origin, { signal: controller.signal }), /not wanted/);
    await closed;
  },

  'abort during the upload': async ({ fetch, servers }) => {
    const controller = new AbortController();
    /** @type {Promise<unknown> | undefined} */
    let closed;
    const origin = await servers.http((request) => {
      request.on('error', () => undefined);
      closed = closeOf(request.socket);
      request.once('data', () => controller.abort(new Error('not wanted')));
    });
    const body = new ReadableStream({
      pull(stream) {
        stream.enqueue(new Uint8Array(1_024));
        return new Promise((resolve) => setImmediate(resolve));
      },
    });
    const { signal } = controller;
    await assert.rejects(fetch(origin, { method: 'POST', body, duplex: 'half', signal }), /not wanted/);
    await closed;
  },

  'abort during the body': async ({ fetch, servers }) => {
    const controller = new AbortController();
    /** @type {Promise<unknown> | undefined} */
    let closed;
    const origin = await servers.http((request, response) => {
      closed = closeOf(request.socket);
      response.write('a piece');
    });
    const response = await fetch(origin, { signal: controller.signal });
    const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
    await reader.read();
    const rest = reader.read();
    controller.abort(new Error('not wanted'));
    await assert.rejects(rest, /not wanted/);
    await closed;
  },

  'body cancelled': async ({ fetch, servers }) => {
    /** @type {Promise<unknown> | undefined} */
    let closed;
    const origin = await servers.http((request, response) => {
      closed = closeOf(request.socket);
      response.write('a piece');
    });
    const response = await fetch(origin);
    await response.body?.cancel();
    await closed;
  },

  'error.cause: refused': async (context) => {
    const authority = await context.servers.refusing();
    const error = await context.fetch(`http://${authority}`).then(assert.fail, (reason) => reason);
    assert.equal(assertOurs(error, context).testimony.replay, 'safe');
  },

  'error.cause: reset before the head': async (context) => {
    const authority = await context.servers.raw((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    const error = await context
      .fetch(`http://${authority}`, { method: 'POST', body: 'x' })
      .then(assert.fail, (reason) => reason);
    const cause = assertOurs(error, context);
    assert.equal(cause.testimony.replay, 'unknown');
    assert.equal(cause.testimony.endedBy, 'rst');
  },

  'error.cause: the body ends early': async (context) => {
    const authority = await context.servers.raw((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'));
    });
    const response = await context.fetch(`http://${authority}`);
    const error = await response.text().then(assert.fail, (reason) => reason);
    assert.equal(assertOurs(error, context).code, 'ERR_HTTP_SESSION_INCOMPLETE_MESSAGE');
  },

  'error.cause: not HTTP': async (context) => {
    const authority = await context.servers.raw((socket) => {
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n\r\n'));
    });
    const error = await context.fetch(`http://${authority}`).then(assert.fail, (reason) => reason);
    assertOurs(error, context);
  },
};
