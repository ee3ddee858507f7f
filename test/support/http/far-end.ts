import type { MemorySocket } from '../../../src/transport/index.js';
import { settled } from '../transport/sockets.js';

/** The other end of a session's connection: what it sends is a script, what it gets is written down. */
export class FarEnd {
  readonly socket: MemorySocket;
  /** Everything that arrived, as latin1 text. */
  text = '';
  /** What arrived together, in order. */
  readonly segments: string[] = [];
  /** The session has sent FIN. */
  ended = false;
  /** The session has reset the connection. */
  wasReset = false;

  constructor(socket: MemorySocket, reads = true) {
    this.socket = socket;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.wasReset ||= error.code === 'ECONNRESET';
    });
    socket.on('end', () => {
      this.ended = true;
    });
    if (reads) this.read();
  }

  /** From now on reads whatever comes. */
  read(): this {
    this.socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
      this.segments.push(chunk.toString('latin1'));
    });
    return this;
  }

  /** Sends, and waits until everything that this causes has happened. */
  async send(data: string | Uint8Array): Promise<this> {
    if (typeof data === 'string') this.socket.write(data, 'latin1');
    else this.socket.write(data);
    await settled();
    return this;
  }

  /** Sends, then FIN. */
  async sendLast(data: string): Promise<this> {
    this.socket.end(data, 'latin1');
    await settled();
    return this;
  }

  /** Sends FIN. */
  async fin(): Promise<this> {
    this.socket.fin();
    await settled();
    return this;
  }

  /** Sends a reset. */
  async reset(): Promise<this> {
    this.socket.reset();
    await settled();
    return this;
  }

  /** What has arrived since the last call. */
  take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }
}
