import type { Duplex } from 'node:stream';

import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import { createMemoryPair, VirtualClock } from '../../transport/index.js';
import { randomOf, type Random } from '../random.js';
import { SimulatedClient, SimulationLog } from './simulated-client.js';

/** Takes the server's end of each connection: `(socket) => server.serve(socket)`. */
export type AcceptConnection = (socket: Duplex) => unknown;

/**
 * A world of its own: a network in memory, a clock that stands still, and chance that a seed decides.
 *
 * @example
 * ```ts
 * const world = new Simulation(7);
 * const server = new HTTPServer(handler, { clock: world.clock });
 * world.serve((socket) => server.serve(socket));
 * world.connect().send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
 * await world.advance(60_000);
 * console.log(world.log.toString());
 * world.close();
 * ```
 */
export class Simulation {
  /** The time of this world; a server in it takes it as its clock. */
  readonly clock = new VirtualClock();
  /** The chance of this world. */
  readonly random: Random;
  /** What has happened so far. */
  readonly log = new SimulationLog(() => this.clock.now());
  readonly #clients: SimulatedClient[] = [];
  #accept: AcceptConnection = () => {
    throw new Error('the simulation has no server: set `serve`');
  };

  /** A world without a server. */
  constructor(seed = 1) {
    this.random = randomOf(seed);
  }

  /** All clients so far, in the order in which they connected. */
  get clients(): readonly SimulatedClient[] {
    return this.#clients;
  }

  /** Sets who takes connections from now on. */
  serve(accept: AcceptConnection): void {
    this.#accept = accept;
  }

  /** A new client with a connection to the server. @throws what the server throws when it is given the connection. */
  connect(name = `client ${String(this.#clients.length + 1)}`): SimulatedClient {
    const pair = createMemoryPair({ clock: this.clock });
    const client = new SimulatedClient(name, pair, this.log);
    this.#clients.push(client);
    this.#accept(pair.server);
    return client;
  }

  /** Lets virtual milliseconds pass, and everything run that comes due; 0 lets run what can run at once. */
  advance(ms = 0): Promise<void> {
    return this.clock.advance(ms);
  }

  /** Ends all connections. */
  close(): void {
    for (const client of this.#clients) client.destroy();
  }
}

/** What is simulated. */
export interface SimulateOptions {
  /** Decides everything that is left to chance. @defaultValue 1 */
  readonly seed?: number | undefined;
  /** Makes the server, with the clock of the world, and returns what takes its connections. */
  readonly serve: (world: Simulation) => AcceptConnection;
  /** What the clients do; such as `randomTraffic()`. */
  readonly script: (world: Simulation) => Promise<void>;
}

const OPTIONS = new KnownNames('option of simulate()', ['seed', 'serve', 'script']);

/** What came of a simulation. */
export interface SimulationResult {
  /** All that has happened, a line each: the same for the same seed, byte for byte. */
  readonly log: string;
  /** The clients with what they have received. */
  readonly clients: readonly SimulatedClient[];
}

/**
 * Runs a script in isolation and returns what happened. The same seed gives the same log byte for byte, as long as
 * the server takes its time from the clock of the world and its chance from `world.random`.
 *
 * @throws TypeError for an unknown option, and for one that is not a function
 *
 * @example
 * ```ts
 * const { log, clients } = await simulate({
 *   seed: 7,
 *   serve: ({ clock }) => {
 *     const server = new HTTPServer(handler, { clock });
 *     return (socket) => server.serve(socket);
 *   },
 *   script: async (world) => world.connect().send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
 * });
 * ```
 */
export async function simulate(options: SimulateOptions): Promise<SimulationResult> {
  checkOptions('simulate()', options, OPTIONS);
  const { seed = 1, serve, script } = options;
  for (const [name, given] of Object.entries({ serve, script })) {
    if (typeof given === 'function') continue;
    throw new TypeError(`simulate(): \`${name}\` must be a function (got ${describeValue(given)})`);
  }
  const world = new Simulation(seed);
  world.serve(serve(world));
  try {
    await script(world);
    await world.advance();
  } finally {
    world.close();
  }
  return { log: world.log.toString(), clients: world.clients };
}
