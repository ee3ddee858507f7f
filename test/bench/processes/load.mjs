import { connect } from 'node:net';

import { answerCommands } from '../harness/commands.mjs';
import { WORKLOADS } from '../workloads.mjs';

/*
 * The load generator. It is cheap, because what it costs limits the load it can make: the request is built once, all
 * sockets read into one shared buffer, and an answer is complete when as many bytes have come as the first answer
 * had, which alone is parsed. Bytes too many or too few fail the run.
 */

/** How long a run may go on after its time is up, in milliseconds. */
const PATIENCE = 10_000;
const shared = Buffer.allocUnsafe(1 << 18);

/** One server under load. */
class Target {
  /** @type {Connection[]} */
  connections = [];
  requests = 0;
  stopping = false;
  /** @type {(error: Error | null) => void} */
  settle = () => undefined;
  #active = 0;

  /** @param {{ port: number, batch: string, depth: number, batchBytes: number, fresh: boolean }} plan */
  constructor(plan) {
    this.plan = plan;
  }

  /** @param {number} duration In milliseconds; 0 makes exactly one batch on each connection. */
  async run(duration) {
    this.requests = 0;
    this.stopping = duration === 0;
    this.#active = this.connections.length;
    const began = process.hrtime.bigint();
    const timers = [setTimeout(() => (this.stopping = true), duration)];
    await new Promise((resolve, reject) => {
      this.settle = (error) => (error === null ? resolve(null) : reject(error));
      timers.push(setTimeout(() => this.settle(new Error('the load has stalled')), duration + PATIENCE));
      for (const connection of this.connections) connection.begin();
    }).finally(() => timers.forEach(clearTimeout));
    return { requests: this.requests, elapsed: Number(process.hrtime.bigint() - began) / 1e6 };
  }

  /** @param {Connection} connection A connection whose batch is answered. */
  answered(connection) {
    this.requests += this.plan.depth;
    if (!this.stopping) connection.begin();
    else if (--this.#active === 0) this.settle(null);
  }

  shut() {
    for (const connection of this.connections) connection.shut();
    this.connections = [];
  }
}

/** One connection of the load, or with `fresh` one after another. */
class Connection {
  #left = 0;
  #target;
  /** @type {import('node:net').Socket | null} */
  #socket = null;

  /** @param {Target} target */
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
    const { port, fresh } = this.#target.plan;
    const onread = { buffer: shared, callback: (/** @type {number} */ count) => this.#received(count) };
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
}

/**
 * Makes one request and judges the answer.
 *
 * @param {number} port
 * @param {string} request
 * @param {number} bodyBytes
 * @returns {Promise<number>} Length of the answer in bytes.
 */
function probe(port, request, bodyBytes) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let head = '';
    let received = 0;
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the server closed after ${received} bytes: ${head}`)));
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (!head.includes('\r\n\r\n')) head += chunk.toString('latin1');
      const border = head.indexOf('\r\n\r\n');
      if (border === -1) return;
      const length = Number(/^content-length: *(\d+)\r$/im.exec(head.slice(0, border + 1))?.[1]);
      if (!head.startsWith('HTTP/1.1 200 ') || length !== bodyBytes) {
        reject(new Error(`unexpected answer: ${head.slice(0, border)}`));
      }
      if (received < border + 4 + bodyBytes) return;
      socket.removeAllListeners('close').destroy();
      resolve(border + 4 + bodyBytes);
    });
    socket.write(request, 'latin1');
  });
}

/** @type {Map<number, Target>} By port. */
const targets = new Map();

answerCommands({
  /** @param {{ port: number, workload: string, connections: number, depth?: number, fresh?: boolean }} args */
  async open({ port, workload, connections, depth = 1, fresh = false }) {
    const { request, bodyBytes } = /** @type {import('../workloads.mjs').Workload} */ (WORKLOADS[workload]);
    const text = request(port);
    const batchBytes = (await probe(port, text, bodyBytes)) * depth;
    const target = new Target({ port, batch: text.repeat(depth), depth, batchBytes, fresh });
    target.connections = Array.from({ length: connections }, () => new Connection(target));
    targets.set(port, target);
    if (fresh) return;
    // A hundred at a time, so that no backlog overflows.
    for (let at = 0; at < connections; at += 100) {
      await Promise.all(target.connections.slice(at, at + 100).map((connection) => connection.opened()));
    }
  },

  /** @param {{ port: number, duration: number }} args */
  run: ({ port, duration }) => targets.get(port)?.run(duration),

  /** @param {{ port: number }} args */
  shut({ port }) {
    targets.get(port)?.shut();
    targets.delete(port);
  },
});
