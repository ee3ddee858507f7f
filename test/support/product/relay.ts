import type { Duplex } from 'node:stream';

import { createMemoryPair, type MemorySocket } from '../../../src/transport/index.js';

/** What waits to be delivered: bytes, or how they end. */
type Piece = Buffer | 'fin' | 'reset';

/** Where a response's head ends in bytes that begin with one, so that it can arrive before its body; else 0. */
function endOfResponseHead(bytes: Buffer): number {
  return bytes.toString('latin1', 0, 5) === 'HTTP/' ? bytes.indexOf('\r\n\r\n') + 4 : 0;
}

/** One direction of a connection that delivers nothing by itself: each piece waits until it is called for. */
class HeldLine {
  readonly waiting: Piece[] = [];

  take(piece: Piece): void {
    const place = Buffer.isBuffer(piece) ? endOfResponseHead(piece) : 0;
    if (Buffer.isBuffer(piece) && place > 0 && place < piece.length) {
      this.waiting.push(piece.subarray(0, place), piece.subarray(place));
    } else this.waiting.push(piece);
  }

  /** Cuts the last bytes in two, as a network may. */
  cutLast(placeIn: (bytes: Buffer) => number): void {
    const index = this.waiting.findLastIndex((piece) => Buffer.isBuffer(piece));
    const last = this.waiting[index];
    if (!Buffer.isBuffer(last)) throw new Error('there are no bytes to be cut');
    const place = placeIn(last);
    this.waiting.splice(index, 1, last.subarray(0, place), last.subarray(place));
  }

  deliver(to: MemorySocket): void {
    const piece = this.waiting.shift();
    if (Buffer.isBuffer(piece)) to.write(piece);
    else if (piece === 'fin') to.end();
    else throw new Error(`the model delivers something, and here there is ${piece ?? 'nothing'}`);
  }

  reset(to: MemorySocket): void {
    this.waiting.length = 0;
    to.reset();
  }
}

/** A connection in the middle of which a test decides what arrives next. */
export class Relay {
  readonly clientEnd: MemorySocket;
  readonly serverEnd: MemorySocket;
  readonly toServer = new HeldLine();
  readonly toClient = new HeldLine();
  readonly #nearClient: MemorySocket;
  readonly #nearServer: MemorySocket;

  constructor() {
    const left = createMemoryPair();
    const right = createMemoryPair();
    this.clientEnd = left.client;
    this.#nearClient = left.server;
    this.#nearServer = right.client;
    this.serverEnd = right.server;
    hear(this.#nearClient, this.toServer);
    hear(this.#nearServer, this.toClient);
  }

  deliverTo(end: 'client' | 'server'): void {
    if (end === 'client') this.toClient.deliver(this.#nearClient);
    else this.toServer.deliver(this.#nearServer);
  }

  resetTo(end: 'client' | 'server'): void {
    if (end === 'client') this.toClient.reset(this.#nearClient);
    else this.toServer.reset(this.#nearServer);
  }
}

function hear(socket: Duplex, line: HeldLine): void {
  socket.on('data', (bytes: Buffer) => {
    line.take(bytes);
  });
  socket.on('end', () => {
    line.take('fin');
  });
  socket.on('error', () => {
    line.take('reset');
  });
}
