import type { PoolCommand, WorkerNotice } from '../../../src/cluster/messages.js';
import type {
  ForkProcess,
  ProcessObserver,
  WorkerProcess,
  WorkerProgram,
} from '../../../src/cluster/worker-process.js';
import type { DrainReport } from '../../../src/server/index.js';
import type { SocketAddress } from '../../../src/transport/index.js';

/** A worker process that a test plays. */
export class FakeProcess implements WorkerProcess {
  readonly commands: PoolCommand[] = [];
  isKilled = false;
  readonly #observer: ProcessObserver;

  constructor(
    readonly pid: number,
    readonly program: WorkerProgram,
    observer: ProcessObserver,
  ) {
    this.#observer = observer;
  }

  send(command: PoolCommand): void {
    this.commands.push(command);
  }

  kill(): void {
    this.isKilled = true;
  }

  /** The kinds of the commands it got, in order. */
  get received(): string {
    return this.commands.map(({ kind }) => kind).join(' ');
  }

  notices(notice: WorkerNotice): this {
    this.#observer.noticed(notice);
    return this;
  }

  joins(): this {
    return this.notices({ kind: 'joined' });
  }

  listens(address: SocketAddress = { address: '127.0.0.1', family: 'IPv4', port: 8080 }): this {
    this.#observer.listening(address);
    return this;
  }

  serves(): this {
    return this.listens().joins();
  }

  closesPort(): this {
    return this.notices({ kind: 'unreachable' });
  }

  drains(report: DrainReport, served = 0): this {
    return this.notices({ kind: 'drained', served, report });
  }

  exits(exitCode = 0): this {
    this.#observer.exited({ exitCode, signal: null, cause: null });
    return this;
  }

  dies(signal = 'SIGKILL'): this {
    this.#observer.exited({ exitCode: null, signal, cause: null });
    return this;
  }

  neverWas(cause: Error): this {
    this.#observer.exited({ exitCode: null, signal: null, cause });
    return this;
  }

  /** Does all that a worker does to drain. */
  leaves(report: DrainReport): this {
    return this.closesPort().drains(report).exits();
  }
}

/** All processes that were forked, in order; their numbers begin with 1. */
export class FakeProcesses {
  readonly all: FakeProcess[] = [];

  readonly fork: ForkProcess = (program, observer) => {
    const process = new FakeProcess(this.all.length + 1, program, observer);
    this.all.push(process);
    return process;
  };

  /** The process of a number. */
  number(pid: number): FakeProcess {
    const process = this.all[pid - 1];
    if (process === undefined) throw new Error(`there are ${String(this.all.length)} processes only`);
    return process;
  }
}
