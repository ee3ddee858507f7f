import { Connection } from './connection.mjs';

/** How long a run may go on after its time is up, in milliseconds. */
const PATIENCE = 10_000;

/**
 * @typedef {object} TargetPlan
 * @property {number} port
 * @property {string} batch Some pipelined requests, as latin1 text.
 * @property {number} depth How many.
 * @property {number} batchBytes Length of the answers to a batch. Of chunked answers: the least that they can have.
 * @property {boolean} isChunked Whether the end of the last chunk ends an answer. Where the pieces are cut is the server's affair.
 * @property {boolean} fresh Whether each request gets a connection of its own.
 */

/** One server under load. */
export class Target {
  /** @type {Connection[]} */
  connections = [];
  requests = 0;
  stopping = false;
  /** @type {(error: Error | null) => void} */
  settle = () => undefined;
  #active = 0;

  /** @param {TargetPlan} plan */
  constructor(plan) {
    this.plan = plan;
  }

  /** @param {number} count */
  async connect(count) {
    this.connections = Array.from({ length: count }, () => new Connection(this));
    if (this.plan.fresh) return;
    // A hundred at a time, so that no backlog overflows.
    for (let at = 0; at < count; at += 100) {
      await Promise.all(this.connections.slice(at, at + 100).map((connection) => connection.opened()));
    }
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
