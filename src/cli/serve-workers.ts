import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { FAULT_CHANNEL, type FaultMessage } from '../diagnostics.js';
import { AbortedError } from '../errors/index.js';
import { loadWebSocketPackage } from '../inspect/web-socket.js';
import { joinWorkerPool, WorkerPool } from '../cluster/index.js';
import { type HTTPServer } from '../server/index.js';
import { clusterWorker } from '../transport/index.js';
import type { InspectorPage } from '../inspector/page-server/inspector-page.js';
import { openPage } from './inspect.js';
import { nextEndSignal, writeLine, type CommandIO } from './io.js';
import { drainOrAbort, listenOn, routesServer } from './routes.js';

/** The options of `serve --workers`. */
export interface PoolOptions {
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  /** The port of the inspector's page; `null` for none. */
  readonly inspectorPort: number | null;
}

/**
 * Serves the routes as a worker of `serve --workers`, until the pool drains it or exits. It reports its sessions to the
 * inspector's page, which runs in the pool process.
 */
export async function serveAsWorker(
  host: string,
  port: number,
  inspectorPort: number | null,
): Promise<number> {
  try {
    const { server, open } = routesServer();
    // Before it listens: from then on a signal to the whole group must not end it in the middle of a request.
    const left = joinWorkerPool(server);
    const isOpen = await open(host, port).then(() => true, drainedMeanwhile);
    if (isOpen && inspectorPort !== null) await inspectTo(inspectorPort, server);
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
export async function serveWithWorkers(options: PoolOptions, io: CommandIO): Promise<number> {
  const { host, port, workers, inspectorPort } = options;
  // Picks the port for all workers, and reports one in use as a single process does.
  const found = await listenOn(host, port);
  await found.server.stop();
  const page = inspectorPort === null ? null : await openPoolPage(inspectorPort);
  const pool = new WorkerPool({
    exec: process.argv[1] ?? '',
    args: [
      ...['serve', '--host', host, '--port', String(found.port)],
      ...(page === null ? [] : ['--inspect', String(page.port)]),
    ],
    workers,
  });
  if (page !== null) writeLine(io.stderr, `inspector at ${page.url}`);
  const off = reportFaults(io);
  let reported: unknown;
  const restart = (): void => {
    pool.restart().catch((error: unknown) => {
      // Concurrent restarts share one promise. A stop during a restart is not a failure.
      if (error === reported || error instanceof AbortedError) return;
      reported = error;
      writeLine(io.stderr, `http-session: not all workers were restarted: ${(error as Error).message}`);
    });
  };
  try {
    await serveUntilSignal(pool, found.url, io, restart);
    // Rejects if the pool gave up, whatever happened afterwards.
    await pool.whenStopped();
    return 0;
  } finally {
    off();
    await page?.close();
  }
}

/** Reports a missing package here once, instead of in every worker. */
async function openPoolPage(port: number): Promise<InspectorPage> {
  loadWebSocketPackage('--inspect with --workers');
  return await openPage({ port });
}

async function inspectTo(port: number, server: HTTPServer): Promise<void> {
  const { inspectSessions } = await import('../inspect/inspect-sessions.js');
  inspectSessions({ url: `ws://127.0.0.1:${String(port)}`, of: [server] });
}

async function serveUntilSignal(
  pool: WorkerPool,
  url: string,
  io: CommandIO,
  restart: () => void,
): Promise<void> {
  const signalled = nextEndSignal(io, restart);
  const stopped = pool.whenStopped();
  const started = pool.start().then(() => {
    writeLine(io.stdout, `listening on ${url}`);
  });
  // A failed or interrupted start also settles `whenStopped`, which reports it.
  started.catch(() => undefined);
  await Promise.race([signalled, stopped]);
  await drainOrAbort(pool, io.signals);
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
