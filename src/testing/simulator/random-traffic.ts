import type { Random } from '../random.js';
import type { SimulatedClient } from './simulated-client.js';
import type { Simulation } from './simulation.js';

/** What random clients do. Times are in virtual milliseconds. */
export interface RandomTrafficOptions {
  /** How many there are. @defaultValue 5 */
  readonly clients?: number | undefined;
  /** The most requests of each. @defaultValue 4 */
  readonly requests?: number | undefined;
  /** A path that is asked with GET. @defaultValue '/' */
  readonly get?: string | undefined;
  /** A path that is sent bodies with POST; none are sent without it. */
  readonly post?: string | undefined;
  /** Whether clients also send FIN, RST and garbage, stall and stop reading. @defaultValue true */
  readonly faults?: boolean | undefined;
  /** How long the simulation continues after the last client, in milliseconds. @defaultValue 300000 */
  readonly afterwards?: number | undefined;
}

interface Act {
  readonly at: number;
  readonly act: () => void;
}

type Settings = Readonly<Record<'clients' | 'requests' | 'afterwards', number>> & {
  readonly get: string;
  readonly post: string | undefined;
  readonly faults: boolean;
};

const MAX_PAUSE = 400;
const MAX_DELAY = 150;

/**
 * A script of random clients: requests whole, in pieces and pipelined, over links that cut and delay, and every now and then
 * a fault. Time continues afterwards, so that everything that waits gives up.
 *
 * @example
 * ```ts
 * const { log } = await simulate({
 *   seed: 7,
 *   serve: ({ clock }) => {
 *     const server = new HTTPServer(handler, { clock });
 *     return (socket) => server.serve(socket);
 *   },
 *   script: randomTraffic({ clients: 20, post: '/echo' }),
 * });
 * ```
 */
export function randomTraffic(options: RandomTrafficOptions = {}): (world: Simulation) => Promise<void> {
  const { clients = 5, requests = 4, get = '/', post, faults = true, afterwards = 300_000 } = options;
  const settings: Settings = { clients, requests, get, post, faults, afterwards };
  return async (world) => {
    const acts = Array.from({ length: clients }, () => planOf(world, settings)).flat();
    // A sort keeps the order of what is to happen at the same time.
    acts.sort((one, other) => one.at - other.at);
    for (const { at, act } of acts) {
      await world.advance(at - world.clock.now());
      act();
    }
    await world.advance(afterwards);
  };
}

type ClientAct = (client: SimulatedClient) => void;

/** What one client does, and when; its first act is to connect. */
function planOf(world: Simulation, settings: Settings): Act[] {
  const { random } = world;
  let client: SimulatedClient | undefined;
  let at = random.int(MAX_PAUSE);
  const connect: Act = {
    at,
    act: () => {
      client = world.connect();
    },
  };
  const later = clientActs(random, settings).map((act): Act => {
    at += random.int(MAX_PAUSE);
    return {
      at,
      act: () => {
        if (client !== undefined) act(client);
      },
    };
  });
  return [connect, ...later];
}

function clientActs(random: Random, settings: Settings): ClientAct[] {
  const requests = Array.from({ length: random.int(settings.requests) + 1 }, () => {
    const text = requestText(random, settings);
    const cut = random.int(3) === 0 ? random.int(text.length) : text.length;
    return [text.slice(0, cut), text.slice(cut)].filter((piece) => piece !== '');
  });
  const sends = requests.flat().map((piece): ClientAct => (client) => {
    client.send(piece);
  });
  return [...linkShapes(random), ...sends, ...(settings.faults ? [random.pick(FAULTS)] : [])];
}

function linkShapes(random: Random): ClientAct[] {
  const sizes = (): number[] => Array.from({ length: 1 + random.int(3) }, () => 1 + random.int(60));
  const [up, down, upDelay, downDelay] = [sizes(), sizes(), random.int(MAX_DELAY), random.int(MAX_DELAY)];
  const shapes: ClientAct[] = [
    (client) => {
      client.up.segment(up);
    },
    (client) => {
      client.down.segment(down);
    },
    (client) => {
      client.up.delay(upDelay);
    },
    (client) => {
      client.down.delay(downDelay);
    },
  ];
  return shapes.filter(() => random.int(2) === 0);
}

function requestText(random: Random, { get, post }: Settings): string {
  const one = (): string => {
    if (post === undefined || random.int(2) === 0) return `GET ${get} HTTP/1.1\r\nHost: simulated\r\n\r\n`;
    const body = random.letters(random.int(200));
    return `POST ${post} HTTP/1.1\r\nHost: simulated\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`;
  };
  return random.int(4) === 0 ? one() + one() : one();
}

const FAULTS: readonly ClientAct[] = [
  (client) => {
    client.fin();
  },
  (client) => {
    client.reset();
  },
  (client) => {
    client.send('\u0000no such thing\r\n\r\n');
  },
  (client) => {
    client.up.stall();
  },
  (client) => {
    client.down.stall();
  },
  (client) => {
    client.pause();
  },
];
