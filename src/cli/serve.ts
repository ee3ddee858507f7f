import { HTTPServer } from '../server/index.js';
import { integerOption, parseOptions, refuseMore } from './arguments.js';
import { nextSignal, tell, type CommandIO, type SignalSource } from './io.js';
import { routesOver } from './routes.js';
import { UsageError } from './usage.js';

/** A server of the routes that listens. */
export interface ServedRoutes {
  readonly server: HTTPServer;
  readonly port: number;
  /** `http://HOST:PORT`, with the host as it was asked for. */
  readonly url: string;
}

const MAX_PORT = 65_535;

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
  await drainAtSignal(served.server, io.signals);
  return 0;
}

/** Reads a port to listen on; 0 stands for any free one. @throws UsageError */
export function portOption(name: string, text: string): number {
  return integerOption(name, text, 0, MAX_PORT);
}

/** Serves the routes. @throws Error, with the system's as its cause, when the address cannot be used. */
export async function listenOn(host: string, port: number): Promise<ServedRoutes> {
  const server = new HTTPServer(routesOver(() => server.sessions));
  try {
    const address = await server.listen({ host, port });
    const name = host.includes(':') ? `[${host}]` : host;
    return { server, port: address.port, url: `http://${name}:${String(address.port)}` };
  } catch (error) {
    throw new Error(`cannot serve: ${(error as Error).message}`, { cause: error });
  }
}

/** Drains a server at the first signal; the second one does not wait any longer. */
export async function drainAtSignal(server: HTTPServer, signals: SignalSource): Promise<void> {
  await nextSignal(signals).arrived;
  const second = nextSignal(signals);
  void second.arrived.then(() => server.stop());
  await server.drain();
  second.forget();
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
