import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import type { HTTPServerResponse, RequestHandler } from '../../../src/session/index.js';
import { systemClock, type Clock } from '../../../src/transport/index.js';
import type { ServerTimerName } from '../generate/timer-facts.js';
import { get } from '../http/served.js';

/** One connection of a server, over memory or TCP, with a raw client that does what a scenario says. */
export interface Bench {
  /** Sends, and lets happen what this causes. */
  send(data: string): Promise<unknown>;
  /** Takes one piece of what waits for the client. */
  takePiece(): Promise<unknown>;
  /** From now on takes whatever comes. */
  read(): unknown;
  /** Finishes sending. */
  fin(): Promise<unknown>;
  /** Completes the response that the handler holds back. */
  answer(): Promise<unknown>;
  /** Drains the server. */
  drain(): unknown;
}

/** How a timer is made to run, and what the client may do about it. */
export interface Scenario {
  /** Brings a fresh connection to where the timer begins to run. */
  readonly begin: (bench: Bench) => unknown;
  /** What the client does that is not the end of what the timer runs for; absent where nothing is. */
  readonly progress?: (bench: Bench) => unknown;
  /** What ends it in time. */
  readonly complete: (bench: Bench) => unknown;
  /** Timers that run at the same time by right: off where this one is to be seen alone. */
  readonly beside?: readonly ServerTimerName[];
  /** Whether the client reads nothing by itself. */
  readonly isStalled?: boolean;
}

const POST = 'POST /hold-after-body HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n';

/** One for each timer of a server. */
export const SCENARIOS: Readonly<Record<ServerTimerName, Scenario>> = {
  firstByte: {
    begin: () => undefined,
    // An empty line in front of a request is ignored (RFC 9112 section 2.2), and so it begins none.
    progress: (bench) => bench.send('\r\n'),
    complete: (bench) => bench.send(get('/hold')),
  },
  head: {
    begin: (bench) => bench.send('GET /hold HTTP/1.1\r\n'),
    progress: (bench) => bench.send('X: y\r\n'),
    complete: (bench) => bench.send('Host: test\r\n\r\n'),
  },
  bodyProgress: {
    begin: (bench) => bench.send(`${POST}\r\n`),
    progress: (bench) => bench.send('x'),
    complete: (bench) => bench.send('0123456789'),
  },
  continue: {
    begin: (bench) => bench.send(`${POST}Expect: 100-continue\r\n\r\n`),
    complete: (bench) => bench.send('0123456789'),
  },
  sendProgress: {
    begin: (bench) => bench.send(get('/much')),
    progress: (bench) => bench.takePiece(),
    complete: (bench) => bench.read(),
    isStalled: true,
  },
  keepAlive: {
    begin: (bench) => bench.send(get('/')),
    progress: (bench) => bench.send('\r\n'),
    complete: (bench) => bench.send(get('/hold')),
  },
  halfClosed: {
    begin: async (bench) => {
      // A client of HTTP/1.0 cannot be probed.
      await bench.send('GET /hold HTTP/1.0\r\n\r\n');
      await bench.fin();
    },
    complete: (bench) => bench.answer(),
  },
  linger: {
    begin: (bench) => bench.send('BAD\r\n\r\n'),
    progress: (bench) => bench.send('more of what nobody reads'),
    complete: (bench) => bench.fin(),
  },
  message: {
    begin: (bench) => bench.send(`${POST}\r\n`),
    progress: (bench) => bench.send('x'),
    complete: (bench) => bench.send('0123456789'),
    beside: ['bodyProgress'],
  },
  handler: {
    begin: (bench) => bench.send(get('/hold')),
    progress: (bench) => bench.send(get('/hold')),
    complete: (bench) => bench.answer(),
  },
  connectionAge: {
    begin: (bench) => bench.send(get('/hold')),
    progress: (bench) => bench.send(get('/hold')),
    complete: (bench) => bench.fin(),
  },
  grace: {
    begin: async (bench) => {
      await bench.send(get('/'));
      bench.drain();
    },
    progress: (bench) => bench.send('\r\n'),
    complete: (bench) => bench.send(get('/hold')),
    beside: ['keepAlive'],
  },
  drain: {
    begin: async (bench) => {
      await bench.send(get('/hold'));
      bench.drain();
    },
    progress: (bench) => bench.send(get('/hold')),
    complete: (bench) => bench.answer(),
  },
};

/** The handler of all scenarios; what it holds back is in `held`. */
export class ScenarioHandler {
  readonly held: HTTPServerResponse[] = [];
  /** What the pauses of `/much` are measured by. */
  clock: Clock = systemClock;
  readonly #piece: Buffer;
  readonly #atOnce: number;

  /** @param atOnce - pieces with which `/much` begins: as many as block the connection. */
  constructor(piece: number, atOnce: number) {
    this.#piece = Buffer.alloc(piece);
    this.#atOnce = atOnce;
  }

  readonly handle: RequestHandler = async (request, response) => {
    if (request.path === '/much') this.#goOnWriting(response);
    else if (request.path === '/') response.end();
    else {
      if (request.path === '/hold-after-body') await request.bytes();
      this.held.push(response);
    }
  };

  /** Writes as no handler should: on and on, whether the client takes it or not. */
  #goOnWriting(response: HTTPServerResponse): void {
    for (let piece = 0; piece < this.#atOnce; piece++) this.#write(response);
    const again = (): void => {
      if (response.finished) return;
      this.#write(response);
      this.clock.setTimeout(again, 10);
    };
    again();
  }

  #write(response: HTTPServerResponse): void {
    response.write(this.#piece).catch(() => undefined);
  }

  async answer(): Promise<void> {
    const response = this.held.shift();
    if (response?.finished === false) response.end('held back');
    await nextLoopTurn();
    await nextLoopTurn();
  }
}
