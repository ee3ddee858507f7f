import { POOL_VARIABLE } from '../cluster/messages.js';
import type { HTTPServer } from '../server/index.js';
import type { InspectorPage } from '../inspector/page-server/inspector-page.js';
import { parseOptions, refuseMore } from './arguments.js';
import type { PageAddress } from './optional-values.js';
import { nextEndSignal, writeLine, type CommandIO } from './io.js';
import { listenOn } from './routes.js';
import { SERVE_TABLE } from './serve-table.js';
import { drainServer, serveOptions, startLog, withDefaults, type ServeOptions } from './serving.js';

/** `http-session serve`: serves the routes until a signal drains it, in one process or several. */
export async function serveRoutes(args: readonly string[], io: CommandIO): Promise<number> {
  const { values, positionals } = parseOptions(withDefaults(args), SERVE_TABLE);
  refuseMore(positionals, 0);
  const options = serveOptions(values);
  if (io.env[POOL_VARIABLE] !== undefined) {
    const { serveAsWorker } = await import('./serve-workers.js');
    return await serveAsWorker(options, io);
  }
  const { workers } = options;
  if (workers === null) return await serveAlone(options, io);
  const { serveWithWorkers } = await import('./serve-workers.js');
  return await serveWithWorkers({ ...options, workers }, io);
}

async function serveAlone({ host, port, page: address, log }: ServeOptions, io: CommandIO): Promise<number> {
  const { server, url } = await listenOn(host, port);
  const page = address === null ? null : await openPageOrStop(address, server);
  const endLog = await startLog(server, log, io);
  writeLine(io.stdout, `listening on ${url}`);
  if (page !== null) writeLine(io.stderr, `inspector at ${page.url}`);
  await nextEndSignal(io);
  await drainServer(server, io);
  endLog();
  await page?.close();
  return 0;
}

async function openPageOrStop(address: PageAddress, server: HTTPServer): Promise<InspectorPage> {
  try {
    const { openPage } = await import('./inspect.js');
    return await openPage({ ...address, of: [server] });
  } catch (error) {
    await server.stop();
    throw error;
  }
}
