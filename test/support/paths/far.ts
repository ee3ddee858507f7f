import type { Duplex } from 'node:stream';

import { settled } from '../transport/sockets.js';

/** Lets everything run that is under way; with `isOver`, as long as it takes the kernel, within bounds. */
export type Settle = (isOver?: () => boolean) => Promise<void>;

/** The other end of a connection, over whatever it runs: it sends what a test says. */
export class Far {
  readonly socket: Duplex;
  readonly #settle: Settle;
  /** Everything that arrived, as latin1 text. */
  text = '';

  /** How the other side has ended the connection; `kept` as long as it has not. */
  end: 'kept' | 'FIN' | 'RST' = 'kept';

  /** `reads` is false for one that takes nothing before `read` is called. */
  constructor(socket: Duplex, settle: Settle, reads = true) {
    this.socket = socket;
    this.#settle = settle;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') this.end = 'RST';
    });
    socket.on('end', () => {
      this.end = 'FIN';
    });
    if (reads) this.read();
  }

  /** From now on takes whatever comes. */
  read(): void {
    this.socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
    });
  }

  /** Waits until some text has arrived. */
  async got(text: string): Promise<void> {
    await this.#settle(() => this.text.includes(text));
  }

  async send(text: string): Promise<void> {
    this.socket.write(text, 'latin1');
    await this.#settle();
  }

  async fin(): Promise<void> {
    this.socket.end();
    await this.#settle();
  }

  /** Ends the connection by RST; one of TLS, that of the socket below. */
  async reset(): Promise<void> {
    const { socket } = this;
    const raw = ((socket as { _parent?: Duplex })._parent ?? socket) as Duplex & {
      reset?(): void;
      resetAndDestroy?(): void;
    };
    if (raw.reset === undefined) raw.resetAndDestroy?.();
    else raw.reset();
    await this.#settle();
  }
}

/** Waits for turns of the event loop: until something is over, or for as many as that takes at the most. */
function settling(mostTurns: number, turns: number): Settle {
  return async (isOver) => {
    for (let turn = 0; turn < mostTurns; turn++) {
      await settled();
      if (isOver === undefined ? turn >= turns : isOver()) return;
    }
  };
}

/** In memory everything happens within a few turns. */
export const settledInMemory = settling(100, 1);

/** Of what the kernel does nobody knows when it is done, other than by looking. */
export const settledInKernel = settling(20_000, 2);
