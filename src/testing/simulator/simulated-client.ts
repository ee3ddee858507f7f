import type { MemoryPair, MemorySocket, Segmentation } from '../../transport/index.js';
import { quoted } from '../drivers/wire-log.js';

const MAX_SHOWN = 120;

/**
 * What happened in a simulation, by virtual time: the same for the same seed, byte for byte.
 *
 * @example
 * ```ts
 * const world = new Simulation(7);
 * world.log.note('server', 'starts');
 * console.log(world.log.toString());
 * ```
 */
export class SimulationLog {
  readonly #lines: string[] = [];
  readonly #now: () => number;

  /** @param now - virtual milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes what a party did, or what happened to it. */
  note(who: string, what: string): void {
    this.#lines.push(`${this.#now().toFixed(0).padStart(8)} ms  ${who} ${what}`);
  }

  /** Notes bytes; `way` is `>` on their way to the server. */
  bytes(who: string, way: '<' | '>', text: string): void {
    this.note(who, `${way} ${quoted(text, MAX_SHOWN)} (${String(text.length)} bytes)`);
  }

  /** All lines. */
  toString(): string {
    return this.#lines.join('\n');
  }
}

/** One direction of a simulated connection. */
export interface SimulatedLink {
  /** Cuts what is sent from now on; without an argument it arrives as it was written. @throws RangeError */
  segment(segmentation?: Segmentation): void;
  /** Lets what is sent from now on arrive so many virtual milliseconds later. @throws RangeError */
  delay(ms: number): void;
  /** Nothing arrives any more. */
  stall(): void;
  /** Ends a stall. */
  unstall(): void;
}

/**
 * A client that does what a script says. It understands no HTTP: it sends text, and keeps what comes.
 *
 * @example
 * ```ts
 * const world = new Simulation();
 * world.serve((socket) => server.serve(socket));
 * const client = world.connect();
 * client.up.delay(50);
 * client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
 * await world.advance(1_000);
 * console.log(client.received, client.ended);
 * ```
 */
export class SimulatedClient {
  /** Its name in the log. */
  readonly name: string;
  /** The way to the server. */
  readonly up: SimulatedLink;
  /** The way back. */
  readonly down: SimulatedLink;
  readonly #socket: MemorySocket;
  readonly #log: SimulationLog;
  #received = '';
  #ended: 'no' | 'FIN' | 'RST' = 'no';

  /** @internal Use `Simulation.connect`. */
  constructor(name: string, pair: MemoryPair, log: SimulationLog) {
    const socket = pair.client;
    this.name = name;
    this.#socket = socket;
    this.#log = log;
    this.up = linkOf('up', name, socket, log);
    this.down = linkOf('down', name, pair.server, log);
    log.note(name, 'connects');
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1');
      log.bytes(name, '<', text);
      this.#received += text;
    });
    socket.on('end', () => {
      this.#end('FIN');
    });
    socket.on('error', () => {
      this.#end('RST');
    });
  }

  /** All that has arrived, as latin1 text. */
  get received(): string {
    return this.#received;
  }

  /** How the server has ended its side. */
  get ended(): 'no' | 'FIN' | 'RST' {
    return this.#ended;
  }

  /** Sends latin1 text; not once this side has ended. */
  send(text: string): void {
    if (!this.#socket.writable) return;
    this.#log.bytes(this.name, '>', text);
    this.#socket.write(text, 'latin1');
  }

  /** Sends FIN; answers are still received. */
  fin(): void {
    this.#log.note(this.name, '> FIN');
    this.#socket.fin();
  }

  /** Sends RST. */
  reset(): void {
    this.#log.note(this.name, '> RST');
    this.#socket.reset();
  }

  /** Reads no more, until `resume`: what the server sends fills the network, and then the server. */
  pause(): void {
    this.#log.note(this.name, 'stops reading');
    this.#socket.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#log.note(this.name, 'reads again');
    this.#socket.resume();
  }

  /** @internal */
  destroy(): void {
    this.#socket.removeAllListeners('data').removeAllListeners('end').destroy();
  }

  #end(how: 'FIN' | 'RST'): void {
    if (this.#ended !== 'no') return;
    this.#ended = how;
    this.#log.note(this.name, `< ${how}`);
  }
}

function linkOf(way: string, name: string, sender: MemorySocket, log: SimulationLog): SimulatedLink {
  const note = (what: string): void => {
    log.note(name, `${way}: ${what}`);
  };
  return {
    segment: (segmentation) => {
      sender.segment(segmentation);
      note(
        typeof segmentation === 'function'
          ? 'cut by a function'
          : `cut into ${String(segmentation ?? 'nothing')}`,
      );
    },
    delay: (ms) => {
      sender.delay(ms);
      note(`delayed by ${String(ms)} ms`);
    },
    stall: () => {
      sender.stall();
      note('stalls');
    },
    unstall: () => {
      sender.unstall();
      note('flows again');
    },
  };
}
