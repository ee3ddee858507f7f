import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** How long a command may take before its process is given up, in milliseconds. */
const PATIENCE = 60_000;

/** The parent's half of the harness: one child process that answers commands. */
export class Worker {
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  #waiting = new Map();
  #lastId = 0;
  #child;
  #name;

  /**
   * @param {string} file The module to run, relative to `processes/`.
   * @param {{ core?: number | null, flags?: string[] }} [options] The core to pin it to, flags for Node.js.
   */
  constructor(file, { core = null, flags = [] } = {}) {
    const pinned = core === null ? {} : { execPath: 'taskset' };
    const prefix = core === null ? [] : ['-c', String(core), process.execPath];
    const path = fileURLToPath(new URL(`../processes/${file}`, import.meta.url));
    this.#name = file;
    // taskset replaces itself by node, so that the IPC channel and the process id stay the same.
    this.#child = fork(path, { ...pinned, execArgv: [...prefix, ...flags] });
    this.#child.on('message', (/** @type {any} */ message) => this.#settle(message));
    this.#child.on('exit', (code, signal) => this.#giveUp(new Error(`${file} ended: ${code ?? signal}`)));
    this.#child.on('error', (error) => this.#giveUp(error));
  }

  /**
   * @param {string} command
   * @param {object} [args]
   * @returns {Promise<any>} What the command returned in the child.
   */
  call(command, args = {}) {
    const id = ++this.#lastId;
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const answer = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.#name} does not answer ${command}`)), PATIENCE);
      this.#waiting.set(id, { resolve, reject });
      if (!this.#child.connected) reject(new Error(`${this.#name} has ended`));
      else this.#child.send({ id, command, args });
    });
    return answer.finally(() => clearTimeout(timer));
  }

  /** Ends the child; resolves when it is gone. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2_000);
    await gone;
    clearTimeout(timer);
  }

  /** @param {{ id: number, result?: unknown, error?: string }} message */
  #settle({ id, result, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(`in ${this.#name}: ${error}`));
  }

  /** @param {Error} error */
  #giveUp(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/**
 * Runs `work` with workers that are ended afterwards, whatever happens.
 *
 * @template T
 * @param {(start: (file: string, options?: { core?: number | null, flags?: string[] }) => Worker) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withWorkers(work) {
  /** @type {Worker[]} */
  const started = [];
  try {
    return await work((file, options) => {
      const worker = new Worker(file, options);
      started.push(worker);
      return worker;
    });
  } finally {
    await Promise.all(started.map((worker) => worker.stop()));
  }
}
