/**
 * What is asked for and what is answered. A server process runs one workload; the load generator knows the request
 * and what the body of the answer has to be.
 *
 * @typedef {object} Workload
 * @property {string} answer What the server does: the name of a handler.
 * @property {(port: number) => string} request The request, as latin1 text.
 * @property {number} bodyBytes Length of the body that a correct answer has.
 * @property {string} [body] The body itself, where it is short.
 */

export const HELLO = 'Hello, world!';
export const ECHO_BYTES = 1_024;
export const MEDIUM_BYTES = 1 << 20;
export const BIG_BYTES = 64 << 20;
/** Large bodies are written in pieces of this size, in bytes, on every side. */
export const PIECE_BYTES = 65_536;

/** A file that a framework sends whole, in bytes. */
export const FILE_BYTES = 65_536;

/** What a handler might find in a database: 100 bytes of JSON. */
export const USER = {
  id: 471,
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  active: true,
  roles: ['reader', 'author'],
};

/** Five server-sent events. */
export const PIECES = ['AAPL', 'AMZN', 'GOOG', 'MSFT', 'NVDA'].map(
  (symbol) => `event: price\ndata: {"symbol":"${symbol}","price":101.25}\n\n`,
);

const CRLF = '\r\n';

/** @param {string[]} lines */
const head = (...lines) => lines.join(CRLF) + CRLF + CRLF;

/** A navigation of a desktop browser: 14 fields, 660 bytes with a port of five digits. */
const browserHead = (/** @type {number} */ port) =>
  head(
    'GET / HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Connection: keep-alive',
    'Cache-Control: max-age=0',
    'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
    'sec-ch-ua-mobile: ?0',
    'sec-ch-ua-platform: "Linux"',
    'Upgrade-Insecure-Requests: 1',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8',
    'Sec-Fetch-Site: same-origin',
    'Sec-Fetch-Mode: navigate',
    'Sec-Fetch-Dest: document',
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Accept-Language: en-GB,en;q=0.9,de-DE;q=0.8,de;q=0.7,fr-FR;q=0.6',
  );

/** A load generator's head: 41 bytes with a port of five digits. @type {(path: string) => Workload['request']} */
const get = (path) => (port) => head(`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`);

/** A client that sends JSON. @type {(path: string) => Workload['request']} */
const postUser = (path) => (port) => {
  const body = JSON.stringify(USER);
  return (
    head(
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ) + body
  );
};

const NAME = JSON.stringify({ name: USER.name });

const BODY = 'x'.repeat(ECHO_BYTES);

/** @type {(path: string) => Workload['request']} */
const post = (path) => (port) =>
  head(
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Content-Type: text/plain',
    `Content-Length: ${ECHO_BYTES}`,
  ) + BODY;

/**
 * @param {string} answer
 * @param {Workload['request']} request
 * @param {string} body
 * @returns {Workload}
 */
const short = (answer, request, body) => ({ answer, request, body, bodyBytes: body.length });

/** @type {Record<string, Workload>} */
export const WORKLOADS = {
  hello: short('hello', get('/'), HELLO),
  browser: short('hello', browserHead, HELLO),
  closing: short(
    'hello',
    (port) => head('GET / HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Connection: close'),
    HELLO,
  ),
  json: short('json', get('/json'), JSON.stringify(USER)),
  echo: short('echo', post('/echo'), BODY),
  streamed: short('streamed', post('/echo'), BODY),
  piped: short('piped', post('/echo'), BODY),
  pipedAlike: short('pipedAlike', post('/echo'), BODY),
  pipe: short('pipe', post('/echo'), BODY),
  pieces: short('pieces', get('/prices'), PIECES.join('')),
  piecesAwaited: short('piecesAwaited', get('/prices'), PIECES.join('')),
  medium: { answer: 'medium', request: get('/medium'), bodyBytes: MEDIUM_BYTES },
  big: { answer: 'big', request: get('/big'), bodyBytes: BIG_BYTES },
  /** The answer to a client that uploads: plain sockets wait for the end of the body. */
  upload: short('upload', get('/upload'), HELLO),
  expressHello: short('express', get('/'), HELLO),
  expressJson: short('express', get('/json'), JSON.stringify(USER)),
  expressPost: short('express', postUser('/users'), NAME),
  expressFile: { answer: 'express', request: get('/file'), bodyBytes: FILE_BYTES },
  fastifyHello: short('fastify', get('/'), HELLO),
  fastifyJson: short('fastify', get('/json'), JSON.stringify(USER)),
  fastifyPost: short('fastify', postUser('/users'), NAME),
  fastifyFile: { answer: 'fastify', request: get('/file'), bodyBytes: FILE_BYTES },
  honoText: short('hono', get('/'), HELLO),
  honoJson: short('hono', get('/json'), JSON.stringify(USER)),
  honoParams: short('hono', get('/users/4711/posts/42'), 'post 42 of user 4711'),
  honoEcho: short('hono', post('/echo'), BODY),
  honoEchoText: short('hono', post('/echo-text'), BODY),
};
