import { LIMITS } from '../constants.js';
import { POOL_VARIABLE } from '../cluster/messages.js';
import type { HTTPServer } from '../server/index.js';
import { INSPECTOR_PORT } from '../inspector/inspector-port.js';
import type { InspectorPage } from '../inspector/page-server/inspector-page.js';
import { bareHost, integerOption, parseOptions, portOption, refuseMore } from './arguments.js';
import { nextEndSignal, writeLine, type CommandIO } from './io.js';
import { drainOrAbort, listenOn } from './routes.js';

/** `http-session serve`: serves the routes until a signal drains it, in one process or several. */
export async function serveRoutes(args: readonly string[], io: CommandIO): Promise<number> {
  const { values, positionals } = parseOptions(withInspectorPort(args), {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '8080' },
    workers: { type: 'string' },
    inspect: { type: 'string' },
  });
  refuseMore(positionals, 0);
  const host = bareHost(values.host);
  const port = portOption('--port', values.port);
  const inspectorPort = values.inspect === undefined ? null : portOption('--inspect', values.inspect);
  if (io.env[POOL_VARIABLE] !== undefined) {
    const { serveAsWorker } = await import('./serve-workers.js');
    return await serveAsWorker(host, port, inspectorPort);
  }
  if (values.workers === undefined) return await serveAlone(host, port, inspectorPort, io);
  const workers = integerOption('--workers', values.workers, 1, LIMITS.maxWorkers.value);
  const { serveWithWorkers } = await import('./serve-workers.js');
  return await serveWithWorkers({ host, port, workers, inspectorPort }, io);
}

async function serveAlone(
  host: string,
  port: number,
  inspectorPort: number | null,
  io: CommandIO,
): Promise<number> {
  const { server, url } = await listenOn(host, port);
  const page = inspectorPort === null ? null : await openPageOrStop(inspectorPort, server);
  writeLine(io.stdout, `listening on ${url}`);
  if (page !== null) writeLine(io.stderr, `inspector at ${page.url}`);
  await nextEndSignal(io);
  await drainOrAbort(server, io.signals);
  await page?.close();
  return 0;
}

async function openPageOrStop(port: number, server: HTTPServer): Promise<InspectorPage> {
  try {
    const { openPage } = await import('./inspect.js');
    return await openPage({ port, of: [server] });
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Makes the port of `--inspect` optional, which `parseArgs` cannot. */
function withInspectorPort(args: readonly string[]): readonly string[] {
  const at = args.indexOf('--inspect');
  if (at === -1) return args;
  const next = args[at + 1];
  const isPort = next !== undefined && !next.startsWith('-');
  const port = isPort ? next : String(INSPECTOR_PORT);
  return [...args.slice(0, at), `--inspect=${port}`, ...args.slice(isPort ? at + 2 : at + 1)];
}
