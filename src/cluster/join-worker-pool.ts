import type { Worker } from 'node:cluster';

import { TIMEOUTS } from '../constants.js';
import type { DrainOptions, DrainReport } from '../server/drain-report.js';
import { Member, type DrainableServer } from './member.js';
import { commandIn, POOL_VARIABLE } from './messages.js';
import { describeValue, InvalidStateError } from '../errors/index.js';
import { clusterWorker } from '../transport/index.js';
import { checkedDrain, drainSettings } from './pool-options.js';
import { PoolLink, PrimaryLink } from './primary-link.js';

/** The member of a pool that this process is, once it has joined. */
let joined: Member | null = null;

/**
 * Ends a server gracefully with its process. Call it once, before or after the server listens. When the server has
 * drained, the process ends by itself, if nothing else keeps it alive.
 *
 * - In a worker of a `WorkerPool`, the server drains when the pool asks for it. `SIGTERM` to one worker asks the pool for
 *   a successor first. `SIGINT` and `SIGHUP` are left to the primary, which gets them as a member of the group.
 * - In a worker of another primary, and in a process that runs alone, `SIGTERM` and `SIGINT` drain the server. A further
 *   signal, half a second later, aborts what is in progress. So one file runs alone and in a pool.
 * - When the primary is gone, the server drains.
 *
 * @param options - for drains that no pool asked for.
 * @returns the report of the drain, once the primary knows: close what else is open then.
 * @throws TypeError, RangeError for a server without `drain()` and `stop()` and for malformed options; InvalidStateError
 * when this worker of a pool has joined it already. The promise rejects with what `drain` rejects with.
 *
 * @example
 * ```ts
 * const server = new HTTPServer((request, response) => response.end('Hello'));
 * await server.listen({ port: 8080 });
 * const { aborted } = await joinWorkerPool(server, { grace: 5_000 });
 * console.log(aborted, 'connections aborted');
 * ```
 */
export function joinWorkerPool(server: DrainableServer, options: DrainOptions = {}): Promise<DrainReport> {
  checkServer(server);
  const own = checkedDrain('joinWorkerPool()', options);
  if (joined !== null) {
    throw new InvalidStateError('joinWorkerPool()', 'joined', 'this worker has joined its pool already');
  }
  const worker = clusterWorker();
  const isOfPool = process.env[POOL_VARIABLE] !== undefined;
  // Processes that this one starts are not members.
  Reflect.deleteProperty(process.env, POOL_VARIABLE);
  if (worker === null) return standAlone(new Member(server, null), own);
  if (isOfPool) return joinPool(server, own, worker);
  const member = new Member(server, new PrimaryLink(worker));
  leaveWithPrimary(member, own, worker);
  return standAlone(member, own);
}

function checkServer(server: unknown): void {
  const { drain, stop } = (server ?? {}) as Partial<DrainableServer>;
  if (typeof drain === 'function' && typeof stop === 'function') return;
  throw new TypeError(
    `joinWorkerPool(): the server must have drain() and stop() (got ${describeValue(server)})`,
  );
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
  joined = member;
  const hear = (message: unknown): void => {
    const command = commandIn(message);
    if (command?.kind === 'drain') member.leave(drainSettings(command));
    else if (command?.kind === 'release') pool.released();
    else if (command?.kind === 'ask') pool.report();
    else if (command?.kind === 'stop') member.abandon();
  };
  worker.on('message', hear);
  leaveWithPrimary(member, options, worker);
  worker.once('disconnect', () => {
    pool.released();
  });
  const counter = setInterval(() => {
    pool.report();
  }, TIMEOUTS.workerCountInterval.value).unref();
  const off = onSignals({
    SIGTERM: () => {
      pool.send({ kind: 'leaving' });
    },
    SIGINT: () => undefined,
    SIGHUP: () => undefined,
  });
  whileIn(member, () => {
    off();
    clearInterval(counter);
    worker.off('message', hear);
  });
  pool.send({ kind: 'joined' });
  return member.left;
}

/** Without its primary a worker gets no connections, and nothing ends it. */
function leaveWithPrimary(member: Member, options: DrainOptions, worker: Worker): void {
  worker.once('disconnect', () => {
    if (worker.exitedAfterDisconnect) return;
    // Otherwise node:cluster would exit at this moment, with requests in progress.
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
