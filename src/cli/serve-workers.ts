import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { FAULT_CHANNEL, type FaultMessage } from '../diagnostics.js';
import { AbortedError } from '../errors/index.js';
import { loadWebSocketPackage } from '../inspect/web-socket.js';
import { joinWorkerPool, WorkerPool, type WorkerReport } from '../cluster/index.js';
import type { DrainReport, HTTPServer } from '../server/index.js';
import { clusterWorker, systemClock } from '../transport/index.js';
import type { InspectorPage } from '../inspector/page-server/inspector-page.js';
import { openPage } from './inspect.js';
import { nextEndSignal, writeLine, type CommandIO } from './io.js';
import { drainOrAbort } from './drain-or-abort.js';
import { pageOption, reachable, type PageOptions } from './optional-values.js';
import { listenOn, routesServer, type ServedRoutes } from './routes.js';
import { startLog, type ServeOptions } from './serving.js';
import { counted, durationInWords } from './words.js';

/** The options of `serve --workers`. */
export type PoolOptions = ServeOptions & { readonly workers: number };

/** What a program that serves with workers does beside it. */
export interface BesideWorkers {
  /** The program of the workers, which gets the arguments of `serve`. */
  readonly exec: string;
  /** The workers listen; returns a function that is called when they are to end. */
  readonly listening: (
    served: Pick<ServedRoutes, 'host' | 'port' | 'url'>,
    pool: WorkerPool,
    page: InspectorPage | null,
  ) => () => void;
}

const NOTHING_BESIDE: BesideWorkers = { exec: process.argv[1] ?? '', listening: () => () => undefined };

/**
 * Serves the routes as a worker of `serve --workers`, until the pool drains it or exits. It reports its sessions to the
 * inspector's page, which runs in the pool process.
 */
export async function serveAsWorker(
  { host, port, page, log }: ServeOptions,
  io: Pick<CommandIO, 'stdout'>,
): Promise<number> {
  try {
    const { server, open } = routesServer();
    // Before it listens: from then on a signal to the whole group must not end it in the middle of a request.
    const left = joinWorkerPool(server);
    await startLog(server, log, io);
    const isOpen = await open(host, port).then(() => true, drainedMeanwhile);
    if (isOpen && page !== null) await inspectTo(page, server);
    await left;
    return 0;
  } catch (error) {
    // The channel to the primary would keep this process alive.
    clusterWorker()?.disconnect();
    throw error;
  }
}

/** A pool that drains does not wait until its workers have opened the port. */
function drainedMeanwhile(error: unknown): false {
  if ((error as Error).cause instanceof AbortedError) return false;
  throw error;
}

/**
 * Serves the routes in several processes until a signal drains them. `SIGHUP` restarts them one by one, unless it says that
 * the terminal was closed: then no one would be left to end them.
 */
export async function serveWithWorkers(
  options: PoolOptions,
  io: CommandIO,
  beside: BesideWorkers = NOTHING_BESIDE,
): Promise<number> {
  const { host, port, workers, page: address, log } = options;
  // Picks the port for all workers, and reports one in use as a single process does.
  const found = await listenOn(host, port);
  await found.server.stop();
  const page = address === null ? null : await openPoolPage(address);
  const pool = new WorkerPool({
    exec: beside.exec,
    args: [
      ...['serve', '--host', host, '--port', String(found.port)],
      ...(page === null || address === null
        ? []
        : ['--inspect', pageOption({ host: address.host, port: page.port })]),
      ...(log === null ? [] : ['--log', log]),
    ],
    workers,
  });
  if (page !== null) writeLine(io.stderr, `inspector at ${page.url}`);
  const off = reportFaults(io);
  let reported: unknown;
  const restart = (): void => {
    const begin = systemClock.now();
    writeLine(io.stderr, `restarting ${counted(workers, 'worker')} one by one`);
    const restarted = pool.restart().then((reports) => {
      if (reported === reports) return;
      reported = reports;
      const time = durationInWords(systemClock.now() - begin);
      writeLine(io.stderr, `restarted in ${time}: ${counted(reports.length, 'worker')} replaced`);
    });
    restarted.catch((error: unknown) => {
      // Concurrent restarts share one promise. A stop during a restart is not a failure.
      if (error === reported || error instanceof AbortedError) return;
      reported = error;
      writeLine(io.stderr, `http-session: not all workers were restarted: ${(error as Error).message}`);
    });
  };
  try {
    const listening = (): (() => void) => beside.listening(found, pool, page);
    await serveUntilSignal(pool, { workers, url: found.url, listening, restart }, io);
    // Rejects if the pool gave up, whatever happened afterwards.
    await pool.whenStopped();
    return 0;
  } finally {
    off();
    await page?.close();
  }
}

/** Reports a missing package here once, instead of in every worker. */
async function openPoolPage(address: PageOptions): Promise<InspectorPage> {
  loadWebSocketPackage('--inspect with --workers');
  return await openPage(address);
}

async function inspectTo(page: PageOptions, server: HTTPServer): Promise<void> {
  const { inspectSessions } = await import('../inspect/inspect-sessions.js');
  inspectSessions({ url: `ws://${reachable(page)}`, of: [server] });
}

/** How a pool serves. */
interface PoolService {
  readonly workers: number;
  readonly url: string;
  readonly listening: () => () => void;
  readonly restart: () => void;
}

async function serveUntilSignal(
  pool: WorkerPool,
  { workers, url, listening, restart }: PoolService,
  io: CommandIO,
): Promise<void> {
  const signalled = nextEndSignal(io, restart);
  const stopped = pool.whenStopped();
  let end = (): void => undefined;
  const started = pool.start().then(() => {
    writeLine(io.stdout, `listening on ${url}`);
    end = listening();
  });
  // A failed or interrupted start also settles `whenStopped`, which reports it.
  started.catch(() => undefined);
  try {
    await Promise.race([signalled, stopped]);
  } finally {
    end();
  }
  // A pool that has given up has nothing to drain.
  if (pool.state === 'stopped') return;
  const reportsOf = (all: readonly WorkerReport[]): DrainReport[] =>
    all.flatMap(({ report }) => (report === null ? [] : [report]));
  await drainOrAbort(pool, { subject: counted(workers, 'worker'), reportsOf }, io);
}

/** Reports each worker that exits unexpectedly in one line. */
function reportFaults(io: CommandIO): () => void {
  const heard = (message: unknown): void => {
    const { error } = message as FaultMessage;
    writeLine(io.stderr, `http-session: ${error instanceof Error ? error.message : String(error)}`);
  };
  subscribe(FAULT_CHANNEL, heard);
  return () => {
    unsubscribe(FAULT_CHANNEL, heard);
  };
}
