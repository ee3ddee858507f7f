import { connect } from 'node:net';

/**
 * @typedef {object} FirstAnswer
 * @property {number} bytes Length of the whole answer.
 * @property {boolean} isChunked
 */

const BORDER = '\r\n\r\n';

/**
 * Makes one request and judges the answer: its status, and its body against the workload's.
 *
 * @param {number} port
 * @param {import('../workloads.mjs').Workload} workload
 * @returns {Promise<FirstAnswer>}
 */
export function firstAnswer(port, workload) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    const answer = new Answer(workload);
    const finish = (/** @type {() => void} */ settle) => {
      socket.removeAllListeners('close').destroy();
      settle();
    };
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the server closed after ${answer.bytes} bytes`)));
    socket.on('data', (chunk) => {
      try {
        if (answer.add(chunk)) finish(() => resolve({ bytes: answer.bytes, isChunked: answer.isChunked }));
      } catch (error) {
        finish(() => reject(error));
      }
    });
    socket.write(workload.request(port), 'latin1');
  });
}

/** An answer that arrives. Only its beginning is kept, unless the body is compared. */
class Answer {
  bytes = 0;
  isChunked = false;
  /** Length of the head, 0 while it is incomplete. */
  #head = 0;
  #text = '';
  #workload;

  /** @param {import('../workloads.mjs').Workload} workload */
  constructor(workload) {
    this.#workload = workload;
  }

  /**
   * @param {Buffer} chunk
   * @returns {boolean} Whether the answer is complete.
   */
  add(chunk) {
    const { bodyBytes, body } = this.#workload;
    this.bytes += chunk.length;
    if (this.#head === 0 || body !== undefined) this.#text += chunk.toString('latin1');
    if (this.#head === 0 && !this.#readHead()) return false;
    if (!this.isChunked && this.bytes < this.#head + bodyBytes) return false;
    const rest = this.#text.slice(this.#head);
    const got = this.isChunked ? unchunked(rest) : rest;
    if (got === null) return false;
    if (body !== undefined && got !== body) throw new Error(`unexpected body: ${got.slice(0, 100)}`);
    return true;
  }

  /** @returns {boolean} Whether the head is complete. */
  #readHead() {
    const border = this.#text.indexOf(BORDER);
    if (border === -1) return false;
    const head = this.#text.slice(0, border + 2);
    this.#head = border + BORDER.length;
    this.isChunked = /^transfer-encoding: *chunked\r$/im.test(head);
    const length = Number(/^content-length: *(\d+)\r$/im.exec(head)?.[1]);
    const isExpected = this.isChunked
      ? this.#workload.body !== undefined
      : length === this.#workload.bodyBytes;
    if (!head.startsWith('HTTP/1.1 200 ') || !isExpected)
      throw new Error(`unexpected answer: ${head.trim()}`);
    return true;
  }
}

/**
 * @param {string} text A body in chunks, as latin1 text.
 * @returns {string | null} The body; `null` while it is incomplete.
 */
function unchunked(text) {
  let body = '';
  for (let at = 0; ;) {
    const line = text.indexOf('\r\n', at);
    if (line === -1) return null;
    const size = parseInt(text.slice(at, line), 16);
    if (Number.isNaN(size)) throw new Error(`not a size of a chunk: ${text.slice(at, line)}`);
    at = line + 2 + size + 2;
    if (text.length < at) return null;
    body += text.slice(line + 2, line + 2 + size);
    if (size === 0) return body;
  }
}
