import { LIMITS } from '../constants.js';
import { POOL_VARIABLE } from '../server/cluster/messages.js';
import { integerOption, parseOptions, refuseMore } from './arguments.js';
import { nextEndSignal, tell, type CommandIO } from './io.js';
import { serveAsWorker, serveWithWorkers } from './serve-workers.js';
import { drainUnlessUrged, listenOn } from './served-routes.js';
import { UsageError } from './usage.js';

const MAX_PORT = 65_535;

/** `http-session serve`: serves the routes until a signal drains it, in one process or in several. */
export async function serveRoutes(args: readonly string[], io: CommandIO): Promise<number> {
  refuseComing(args, ['--inspect']);
  const { values, positionals } = parseOptions(args, {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '8080' },
    workers: { type: 'string' },
  });
  refuseMore(positionals, 0);
  const host = bareHost(values.host);
  const port = portOption('--port', values.port);
  if (io.env[POOL_VARIABLE] !== undefined) return await serveAsWorker(host, port);
  if (values.workers === undefined) return await serveAlone(host, port, io);
  const workers = integerOption('--workers', values.workers, 1, LIMITS.maxWorkers.value);
  return await serveWithWorkers(host, port, workers, io);
}

async function serveAlone(host: string, port: number, io: CommandIO): Promise<number> {
  const { server, url } = await listenOn(host, port);
  tell(io.stdout, `listening on ${url}`);
  await nextEndSignal(io.signals);
  await drainUnlessUrged(server, io.signals);
  return 0;
}

/** Reads a port to listen on; 0 stands for any free one. @throws UsageError */
export function portOption(name: string, text: string): number {
  return integerOption(name, text, 0, MAX_PORT);
}

function refuseComing(args: readonly string[], names: readonly string[]): void {
  const coming = names.find((name) => args.some((arg) => arg === name || arg.startsWith(`${name}=`)));
  if (coming !== undefined) throw new UsageError(`${coming} comes with a later version`);
}

function bareHost(host: string): string {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (bare === '') throw new UsageError('--host must not be empty');
  return bare;
}
