import type { Address, Worker } from 'node:cluster';

import type { SocketAddress } from '../transport/index.js';
import { marked, noticeIn, POOL_VARIABLE, type PoolCommand, type WorkerNotice } from './messages.js';
import { nodeCluster } from '../transport/index.js';

/** What is forked. */
export interface WorkerProgram {
  /** The path of the file. */
  readonly exec: string;
  readonly args: readonly string[];
  /** Options of Node.js itself; `undefined` for those of this process. */
  readonly execArgv: readonly string[] | undefined;
  /** Added to the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why there never was a process; `null` when there was one. */
  readonly cause: Error | null;
}

/** What observes a process. */
export interface ProcessObserver {
  /** It listens, and connections may be handed to it. */
  listening(address: SocketAddress): void;
  noticed(notice: WorkerNotice): void;
  /** Called once, never before `ForkProcess` has returned. */
  exited(end: ProcessEnd): void;
}

/** A worker process. */
export interface WorkerProcess {
  /** 0 when the system could not start one. */
  readonly pid: number;
  /** Sends a command; one that the process cannot hear any more is lost. */
  send(command: PoolCommand): void;
  /** Ends it without asking. */
  kill(): void;
}

/** Starts a worker process. The observer gets a failure as an end. */
export type ForkProcess = (program: WorkerProgram, observer: ProcessObserver) => WorkerProcess;

/**
 * Starts a worker of node:cluster, which owns the shared port: the primary accepts, and hands one connection after the
 * other to the workers in turn.
 *
 * No connection gets lost when a worker stops listening: one that is on its way to it is sent back by node:cluster in
 * the worker, and goes to another one. For that the worker has to live until the primary has heard that it does not
 * listen any more, which is what `Member` waits for.
 */
export const forkClusterProcess: ForkProcess = (program, observer) => {
  try {
    return observed(forkWorker(program), observer);
  } catch (cause) {
    process.nextTick(() => {
      observer.exited({ exitCode: null, signal: null, cause: cause as Error });
    });
    return { pid: 0, send: () => undefined, kill: () => undefined };
  }
};

function forkWorker({ exec, args, execArgv, env }: WorkerProgram): Worker {
  const cluster = nodeCluster();
  // Settings hold for whatever is forked next, so pools of different programs do not get into each other's way.
  cluster.setupPrimary({ exec, args: [...args], execArgv: [...(execArgv ?? process.execArgv)] });
  return cluster.fork({ ...env, [POOL_VARIABLE]: '1' });
}

function observed(worker: Worker, observer: ProcessObserver): WorkerProcess {
  worker.on('listening', (address) => {
    observer.listening(addressOf(address));
  });
  worker.on('message', (message: unknown) => {
    const notice = noticeIn(message);
    if (notice !== null) observer.noticed(notice);
  });
  worker.on('exit', (exitCode: number | null, signal: string | null) => {
    observer.exited({ exitCode, signal, cause: null });
  });
  worker.on('error', (cause: Error) => {
    // Without a process there is no exit either. Of a process that there is, its exit tells.
    if (worker.process.pid === undefined) observer.exited({ exitCode: null, signal: null, cause });
  });
  return {
    pid: worker.process.pid ?? 0,
    send: (command) => {
      if (!worker.isConnected()) return;
      // With a callback, what cannot be sent is no event that somebody has to listen for.
      worker.process.send(marked(command), () => undefined);
    },
    kill: () => {
      worker.process.kill('SIGKILL');
    },
  };
}

function addressOf({ address, port, addressType }: Address): SocketAddress {
  if (addressType === -1) return { address, family: 'unix', port: 0 };
  return { address, family: addressType === 6 ? 'IPv6' : 'IPv4', port };
}
