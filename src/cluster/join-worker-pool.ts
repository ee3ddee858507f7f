import type { Worker } from 'node:cluster';

import { TIMEOUTS } from '../constants.js';
import type { DrainOptions, DrainReport } from '../server/drain-report.js';
import { Member, type DrainableServer } from './member.js';
import { commandIn, POOL_VARIABLE } from './messages.js';
import { clusterWorker } from '../transport/index.js';
import { drainSettings } from './pool-options.js';
import { PoolLink, PrimaryLink } from './primary-link.js';

/**
 * Makes a server end in good order, however its process is told to. Call it once, with a server that listens or is
 * about to. When the server has drained, the process ends by itself, if it has nothing else to do.
 *
 * - In a worker of a `WorkerPool` the pool tells the server to drain. `SIGTERM` to the worker alone asks the pool for a
 *   successor first. `SIGINT` and `SIGHUP` are left to the primary: where a whole group gets them, it is among them.
 * - In a worker of another primary, and in a process that stands alone, `SIGTERM` and `SIGINT` drain the server; a
 *   further one, half a second later, aborts what is in progress. So one file runs alone and in a pool.
 * - Where the primary is gone, the server drains.
 *
 * @param options - of the drains that no pool asked for.
 * @returns what the drain came to, once the primary has heard of it: close what else is open then.
 * @throws TypeError, RangeError for malformed options. The promise rejects with what `drain` rejects with.
 */
export function joinWorkerPool(server: DrainableServer, options: DrainOptions = {}): Promise<DrainReport> {
  const own = drainSettings(options);
  const worker = clusterWorker();
  const isOfPool = process.env[POOL_VARIABLE] !== undefined;
  // What this process starts in its turn is no member.
  Reflect.deleteProperty(process.env, POOL_VARIABLE);
  if (worker === null) return standAlone(new Member(server, null), own);
  if (isOfPool) return joinPool(server, own, worker);
  const member = new Member(server, new PrimaryLink(worker));
  leaveWithPrimary(member, own, worker);
  return standAlone(member, own);
}

function standAlone(member: Member, options: DrainOptions): Promise<DrainReport> {
  const end = (): void => {
    member.leaveAtSignal(options);
  };
  whileIn(member, onSignals({ SIGTERM: end, SIGINT: end }));
  return member.left;
}

function joinPool(server: DrainableServer, options: DrainOptions, worker: Worker): Promise<DrainReport> {
  const pool = new PoolLink(worker, server);
  const member = new Member(server, pool);
  const hear = (message: unknown): void => {
    const command = commandIn(message);
    if (command?.kind === 'drain') member.leave(drainSettings(command));
    else if (command?.kind === 'release') pool.released();
    else if (command?.kind === 'stop') member.abandon();
  };
  worker.on('message', hear);
  leaveWithPrimary(member, options, worker);
  worker.once('disconnect', () => {
    pool.released();
  });
  const counter = setInterval(() => {
    pool.count();
  }, TIMEOUTS.workerCountInterval.value).unref();
  const off = onSignals({
    SIGTERM: () => {
      pool.tell({ kind: 'leaving' });
    },
    SIGINT: () => undefined,
    SIGHUP: () => undefined,
  });
  whileIn(member, () => {
    off();
    clearInterval(counter);
    worker.off('message', hear);
  });
  pool.tell({ kind: 'joined' });
  return member.left;
}

/** Without its primary a worker serves nobody new, and nobody sees to it that it ends. */
function leaveWithPrimary(member: Member, options: DrainOptions, worker: Worker): void {
  worker.once('disconnect', () => {
    if (worker.exitedAfterDisconnect) return;
    // node:cluster ends the process at this moment, requests in progress or not, unless the worker meant to go.
    worker.exitedAfterDisconnect = true;
    member.leave(options);
    const exit = (): void => {
      setTimeout(() => process.exit(), TIMEOUTS.workerKillMargin.value).unref();
    };
    member.left.then(exit, exit);
  });
}

/** Ends something when the member has left. */
function whileIn(member: Member, end: () => void): void {
  member.left.then(end, end);
}

function onSignals(listeners: Partial<Record<NodeJS.Signals, () => void>>): () => void {
  const entries = Object.entries(listeners) as [NodeJS.Signals, () => void][];
  for (const [signal, listener] of entries) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of entries) process.off(signal, listener);
  };
}
