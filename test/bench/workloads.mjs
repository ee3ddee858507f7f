/**
 * What is asked for and what is answered. A server process runs one workload; the load generator knows the request
 * and how long the body of the answer has to be.
 *
 * @typedef {object} Workload
 * @property {'hello' | 'echo' | 'big' | 'medium'} answer What the server does.
 * @property {(port: number) => string} request The request, as latin1 text.
 * @property {number} bodyBytes Length of the body that a correct answer has.
 */

export const HELLO = 'Hello, world!';
export const ECHO_BYTES = 1_024;
export const MEDIUM_BYTES = 1 << 20;
export const BIG_BYTES = 64 << 20;
/** Large bodies are written in pieces of this size, in bytes, by every server. */
export const PIECE_BYTES = 65_536;

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

/** @type {Record<string, Workload>} */
export const WORKLOADS = {
  /** A load generator's head: 41 bytes with a port of five digits. */
  hello: {
    answer: 'hello',
    request: (port) => head('GET / HTTP/1.1', `Host: 127.0.0.1:${port}`),
    bodyBytes: HELLO.length,
  },
  browser: { answer: 'hello', request: browserHead, bodyBytes: HELLO.length },
  closing: {
    answer: 'hello',
    request: (port) => head('GET / HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Connection: close'),
    bodyBytes: HELLO.length,
  },
  echo: {
    answer: 'echo',
    request: (port) =>
      head('POST /echo HTTP/1.1', `Host: 127.0.0.1:${port}`, `Content-Length: ${ECHO_BYTES}`) +
      'x'.repeat(ECHO_BYTES),
    bodyBytes: ECHO_BYTES,
  },
  medium: {
    answer: 'medium',
    request: (port) => head('GET /medium HTTP/1.1', `Host: 127.0.0.1:${port}`),
    bodyBytes: MEDIUM_BYTES,
  },
  big: {
    answer: 'big',
    request: (port) => head('GET /big HTTP/1.1', `Host: 127.0.0.1:${port}`),
    bodyBytes: BIG_BYTES,
  },
};
