import { TIMEOUTS } from '../constants.js';
import { HTTPServer } from '../server/index.js';
import { systemClock, type Clock } from '../transport/index.js';
import { onEndSignal, type SignalSource } from './io.js';
import { routesOver } from './routes.js';

/** A server of the routes that listens. */
export interface ServedRoutes {
  readonly server: HTTPServer;
  readonly host: string;
  readonly port: number;
  /** `http://HOST:PORT`, with the host as it was asked for. */
  readonly url: string;
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

/** What a signal brings to its end: a server, or a pool of them. */
export interface Drainable {
  drain(): Promise<unknown>;
  stop(): Promise<unknown>;
}

/** Drains. A signal that comes meanwhile does not wait any longer: what is in progress is aborted. */
export async function drainUnlessUrged(
  served: Drainable,
  signals: SignalSource,
  clock: Clock = systemClock,
): Promise<void> {
  const begin = clock.now();
  const off = onEndSignal(signals, () => {
    if (clock.now() - begin >= TIMEOUTS.signalEcho.value) void served.stop();
  });
  await served.drain();
  off();
}
