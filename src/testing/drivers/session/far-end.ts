import type { Duplex } from 'node:stream';

import type { WireLog } from '../wire-log.js';

/** How the far end saw its connection end. */
export type SeenEnd = 'nothing' | 'FIN' | 'RST' | 'close';

/** The far end of a session's connection: sends FIN and RST, and remembers what it got. */
export class FarEnd {
  readonly #socket: Duplex;
  readonly #reset: () => void;
  /** How the session's side has ended so far. */
  seen: SeenEnd = 'nothing';
  /** Whether bytes may have waited here: what is reset then reaches Node.js as if it were FIN (Linux). */
  hasStalled = false;

  /** @param reset - closes this end with RST. */
  constructor(socket: Duplex, reset: () => void, wire: WireLog) {
    this.#socket = socket;
    this.#reset = reset;
    socket.on('data', (chunk: Buffer) => {
      wire.bytes('session', chunk);
    });
    socket.on('end', () => {
      wire.mark('session', 'FIN');
      this.seen = 'FIN';
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      wire.mark('session', error.code === 'ECONNRESET' ? 'RST' : `error: ${error.message}`);
      this.seen = 'RST';
    });
    socket.on('close', () => {
      if (this.seen === 'nothing') this.seen = 'close';
    });
  }

  /** Sends FIN. */
  end(): void {
    this.#socket.end();
  }

  /** Sends RST. */
  reset(): void {
    this.#reset();
  }

  /** Takes nothing until `resume`. */
  pause(): void {
    this.hasStalled = true;
    this.#socket.pause();
  }

  /** Takes everything again. */
  resume(): void {
    this.#socket.resume();
  }

  /** Goes without a word. */
  destroy(): void {
    this.#socket.destroy();
  }
}
