import { connect } from 'node:net';

const shared = Buffer.allocUnsafe(1 << 18);
const LAST_CHUNK = '\r\n0\r\n\r\n';

/** One connection of the load, or with `fresh` one after another. */
export class Connection {
  #left = 0;
  /** The last bytes of a chunked answer, where they came in a small piece. */
  #tail = '';
  #target;
  /** @type {import('node:net').Socket | null} */
  #socket = null;

  /** @param {import('./target.mjs').Target} target */
  constructor(target) {
    this.#target = target;
  }

  /** @returns {Promise<void>} */
  opened() {
    return new Promise((resolve) => {
      this.#open();
      this.#socket?.once('connect', resolve);
    });
  }

  begin() {
    const { batch, batchBytes, fresh } = this.#target.plan;
    if (fresh) this.#open();
    this.#left = batchBytes;
    this.#socket?.write(batch, 'latin1');
  }

  shut() {
    this.#left = 0;
    this.#socket?.destroy();
    this.#socket = null;
  }

  #open() {
    const { port, fresh, isChunked } = this.#target.plan;
    const received = isChunked
      ? (/** @type {number} */ count) => this.#receivedChunked(count)
      : (/** @type {number} */ count) => this.#received(count);
    const onread = { buffer: shared, callback: received };
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    socket.on('error', (error) => this.#target.settle(error));
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      if (fresh && this.#left === 0) this.#target.answered(this);
      else this.#target.settle(new Error(`the server closed, ${this.#left} bytes are missing`));
    });
    this.#socket = socket;
  }

  /** @param {number} count */
  #received(count) {
    this.#left -= count;
    if (this.#left < 0) this.#target.settle(new Error(`${-this.#left} bytes too many`));
    else if (this.#left === 0 && !this.#target.plan.fresh) this.#target.answered(this);
    return true;
  }

  /** @param {number} count */
  #receivedChunked(count) {
    this.#left -= count;
    const start = Math.max(0, count - LAST_CHUNK.length);
    this.#tail = (this.#tail + shared.latin1Slice(start, count)).slice(-LAST_CHUNK.length);
    if (this.#left <= 0 && this.#tail === LAST_CHUNK) this.#target.answered(this);
    return true;
  }
}
