import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { FAULT_CHANNEL, type FaultMessage } from '../diagnostics.js';
import { AbortedError } from '../errors/index.js';
import { joinWorkerPool, WorkerPool } from '../server/index.js';
import { clusterWorker } from '../server/cluster/node-cluster.js';
import { nextEndSignal, tell, type CommandIO } from './io.js';
import { drainUnlessUrged, listenOn } from './served-routes.js';

/** Serves the routes as one of the workers of `serve --workers`, until the pool or its end drains it. */
export async function serveAsWorker(host: string, port: number): Promise<number> {
  try {
    const { server } = await listenOn(host, port);
    await joinWorkerPool(server);
    return 0;
  } catch (error) {
    // The channel to the primary would keep this process alive.
    clusterWorker()?.disconnect();
    throw error;
  }
}

/** Serves the routes in several processes until a signal drains them; `SIGHUP` renews them one by one. */
export async function serveWithWorkers(
  host: string,
  port: number,
  workers: number,
  io: CommandIO,
): Promise<number> {
  // Finds the port for all of them, and tells of one that is taken as a server in one process does.
  const found = await listenOn(host, port);
  await found.server.stop();
  const pool = new WorkerPool({
    exec: process.argv[1] ?? '',
    args: ['serve', '--host', host, '--port', String(found.port)],
    workers,
  });
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
  await drainUnlessUrged(pool, io.signals);
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
