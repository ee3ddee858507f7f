import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { FAULT_CHANNEL, type FaultMessage } from '../diagnostics.js';
import { AbortedError } from '../errors/index.js';
import type * as inspection from '../inspect/inspect-sessions.js';
import { joinWorkerPool, WorkerPool } from '../cluster/index.js';
import { type HTTPServer } from '../server/index.js';
import { clusterWorker } from '../transport/index.js';
import type { InspectorPage } from '../inspector/page-server/inspector-page.js';
import { openPageForPrograms } from './inspect.js';
import { nextEndSignal, tell, type CommandIO } from './io.js';
import { drainOrAbort, listenOn } from './routes.js';

/** What the processes of `serve --workers` are to do. */
export interface PoolOptions {
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  /** The port of the inspector's page; `null` for none. */
  readonly inspectorPort: number | null;
}

/**
 * Serves the routes as one of the workers of `serve --workers`, until the pool or its end drains it. Its sessions are
 * told to the inspector's page, which is in the process of the pool.
 */
export async function serveAsWorker(
  host: string,
  port: number,
  inspectorPort: number | null,
): Promise<number> {
  try {
    const { server } = await listenOn(host, port);
    if (inspectorPort !== null) await inspectTo(inspectorPort, server);
    await joinWorkerPool(server);
    return 0;
  } catch (error) {
    // The channel to the primary would keep this process alive.
    clusterWorker()?.disconnect();
    throw error;
  }
}

/** Serves the routes in several processes until a signal drains them; `SIGHUP` renews them one by one. */
export async function serveWithWorkers(options: PoolOptions, io: CommandIO): Promise<number> {
  const { host, port, workers, inspectorPort } = options;
  // Finds the port for all of them, and tells of one that is taken as a server in one process does.
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
  if (page !== null) tell(io.stderr, `inspector at ${page.url}`);
  const off = tellOfFaults(io);
  let told: unknown;
  const renew = (): void => {
    pool.restart().catch((error: unknown) => {
      // Restarts that were asked for meanwhile are one and the same. An end in the middle of it is no failure.
      if (error === told || error instanceof AbortedError) return;
      told = error;
      tell(io.stderr, `http-session: the workers were not all renewed: ${(error as Error).message}`);
    });
  };
  io.signals.on('SIGHUP', renew);
  try {
    await serveUntilTold(pool, found.url, io);
    // Whoever gave up has failed, whatever came afterwards.
    await pool.whenStopped();
    return 0;
  } finally {
    io.signals.off('SIGHUP', renew);
    off();
    await page?.close();
  }
}

/** What is missing in the workers is better told here, once. */
async function openPoolPage(port: number): Promise<InspectorPage> {
  await loadInspection();
  return await openPageForPrograms({ port });
}

async function inspectTo(port: number, server: HTTPServer): Promise<void> {
  const { inspectSessions } = await loadInspection();
  inspectSessions({ url: `ws://127.0.0.1:${String(port)}`, of: [server] });
}

/** Needs the optional peers of `./inspect`, as nothing else of the command does. */
async function loadInspection(): Promise<typeof inspection> {
  try {
    return await import('../inspect/inspect-sessions.js');
  } catch (error) {
    throw new Error('--inspect with --workers needs two packages more: npm install @statelyai/inspect ws', {
      cause: error,
    });
  }
}

async function serveUntilTold(pool: WorkerPool, url: string, io: CommandIO): Promise<void> {
  const told = nextEndSignal(io.signals);
  const stopped = pool.whenStopped();
  const started = pool.start().then(() => {
    tell(io.stdout, `listening on ${url}`);
  });
  // Told to end meanwhile, or failed: that is no news to somebody who waits for the end of the pool.
  started.catch(() => undefined);
  await Promise.race([told, stopped]);
  await drainOrAbort(pool, io.signals);
}

/** Workers that end unasked are told of in one line each. */
function tellOfFaults(io: CommandIO): () => void {
  const heard = (message: unknown): void => {
    const { error } = message as FaultMessage;
    tell(io.stderr, `http-session: ${error instanceof Error ? error.message : String(error)}`);
  };
  subscribe(FAULT_CHANNEL, heard);
  return () => {
    unsubscribe(FAULT_CHANNEL, heard);
  };
}
