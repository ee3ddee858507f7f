import { HTTPServer } from '../server/index.js';
import { systemClock, type Clock } from '../transport/index.js';
import { integerOption, parseOptions, refuseMore } from './arguments.js';
import { nextEndSignal, onEndSignal, tell, type CommandIO, type SignalSource } from './io.js';
import { routesOver } from './routes.js';
import { UsageError } from './usage.js';

/** A server of the routes that listens. */
export interface ServedRoutes {
  readonly server: HTTPServer;
  readonly host: string;
  readonly port: number;
  /** `http://HOST:PORT`, with the host as it was asked for. */
  readonly url: string;
}

const MAX_PORT = 65_535;

/** Milliseconds. A Ctrl+C reaches a process that npm started twice: from the terminal, and from npm. */
const ECHO_TIME = 500;

/** `http-session serve`: serves the routes until a signal drains it. */
export async function serveRoutes(args: readonly string[], io: CommandIO): Promise<number> {
  refuseComing(args, ['--inspect', '--workers']);
  const { values, positionals } = parseOptions(args, {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '8080' },
  });
  refuseMore(positionals, 0);
  const served = await listenOn(bareHost(values.host), portOption('--port', values.port));
  tell(io.stdout, `listening on ${served.url}`);
  await nextEndSignal(io.signals);
  await drainUnlessUrged(served.server, io.signals);
  return 0;
}

/** Reads a port to listen on; 0 stands for any free one. @throws UsageError */
export function portOption(name: string, text: string): number {
  return integerOption(name, text, 0, MAX_PORT);
}

/** Serves the routes. @throws Error, with the system's as its cause, when the address cannot be used. */
export async function listenOn(host: string, port: number): Promise<ServedRoutes> {
  const server: HTTPServer = new HTTPServer(routesOver(() => server.sessions));
  try {
    const address = await server.listen({ host, port });
    const name = host.includes(':') ? `[${host}]` : host;
    return { server, host, port: address.port, url: `http://${name}:${String(address.port)}` };
  } catch (error) {
    throw new Error(`cannot serve: ${(error as Error).message}`, { cause: error });
  }
}

/** Drains a server. A signal that comes meanwhile does not wait any longer: what is in progress is aborted. */
export async function drainUnlessUrged(
  server: HTTPServer,
  signals: SignalSource,
  clock: Clock = systemClock,
): Promise<void> {
  const begin = clock.now();
  const off = onEndSignal(signals, () => {
    if (clock.now() - begin >= ECHO_TIME) void server.stop();
  });
  await server.drain();
  off();
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
