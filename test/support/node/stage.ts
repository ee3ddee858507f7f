import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { Readable } from 'node:stream';

import { WebSocketServer } from 'ws';

const PIECE = Buffer.alloc(65_536, '.');

/** What the handlers of an application and the load that runs on it tell each other. */
export class Stage {
  readonly #events = new EventEmitter();
  readonly sockets = new WebSocketServer({ noServer: true });

  constructor() {
    this.sockets.on('connection', (socket) => {
      socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
    });
  }

  /** A handler reports: its request came, a piece of its body came, its client left. */
  report(what: 'asked' | 'piece' | 'left'): void {
    this.#events.emit(what);
  }

  /** Resolves with the next report. */
  next(what: 'asked' | 'piece' | 'left'): Promise<unknown> {
    return once(this.#events, what);
  }

  /** Lets the slow handlers answer. */
  release(): void {
    this.#events.emit('released');
  }

  /** The answer of a slow handler, once it is let. */
  async slow(): Promise<string> {
    const released = once(this.#events, 'released');
    this.report('asked');
    await released;
    return 'answered';
  }

  /** Reads an upload to its end; tells what came. */
  async received(body: AsyncIterable<Uint8Array>): Promise<{ bytes: number; digest: string }> {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of body) {
      bytes += piece.length;
      hash.update(piece);
      this.report('piece');
    }
    return { bytes, digest: hash.digest('hex') };
  }

  /** A body without an end, which reports that its client left. */
  endless(): Readable {
    return new Readable({
      read() {
        this.push(PIECE);
      },
      destroy: (_error, done) => {
        this.report('left');
        done(null);
      },
    });
  }

  /** The first of the events of a stream that stays open, which reports that its client left. */
  events(): Readable {
    const events = new Readable({
      read: () => undefined,
      destroy: (_error, done) => {
        this.report('left');
        done(null);
      },
    });
    events.push('data: 1\n\n');
    return events;
  }
}
