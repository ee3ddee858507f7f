import type { Address, Worker } from 'node:cluster';

import type { SocketAddress } from '../transport/index.js';
import { marked, noticeIn, POOL_VARIABLE, type PoolCommand, type WorkerNotice } from './messages.js';
import { nodeCluster } from '../transport/index.js';

/** The program of a worker process. */
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
  /** Why there is no process; `null` when there was one. */
  readonly cause: Error | null;
}

/** What observes a process. */
export interface ProcessObserver {
  /** The process listens, and connections may be handed to it. */
  listening(address: SocketAddress): void;
  noticed(notice: WorkerNotice): void;
  /** Called once, never before `ForkProcess` has returned. */
  exited(end: ProcessEnd): void;
}

/** A worker process. */
export interface WorkerProcess {
  /** 0 when the process could not be started. */
  readonly pid: number;
  /** Sends a command; one that the process cannot hear any more is lost. */
  send(command: PoolCommand): void;
  /** Kills the process. */
  kill(): void;
}

/** Starts a worker process. The observer gets a failure as an end. */
export type ForkProcess = (program: WorkerProgram, observer: ProcessObserver) => WorkerProcess;

/**
 * Starts a worker of node:cluster, which owns the shared port: the primary accepts connections, and hands them to the
 * workers in turn.
 *
 * No connection gets lost when a worker stops listening: node:cluster in the worker sends back one that is on its way,
 * and another worker gets it. For that the worker must live until the primary knows that it no longer listens; `Member`
 * waits for that.
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
  // Settings apply to the next fork, so pools of different programs do not disturb each other.
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
    // Without a process there is no exit event; for a process, the exit event reports the end.
    if (worker.process.pid === undefined) observer.exited({ exitCode: null, signal: null, cause });
  });
  return {
    pid: worker.process.pid ?? 0,
    send: (command) => {
      if (!worker.isConnected()) return;
      // With a callback, a message that cannot be sent does not emit an error.
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
