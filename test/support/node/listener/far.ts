import { createHash } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

import { until } from '../../transport/until.js';

/** As much of what has come is shown where two outcomes differ. */
const SHOWN = 2_000;

/** A raw client: what it gets is latin1 text, and it can wait for what it wants to see. It keeps its side open. */
export class Far {
  readonly socket: net.Socket;
  readonly connected: Promise<unknown>;
  text = '';
  #end = 'open';

  constructor(port: number, isSecure = false) {
    const target = { port, host: '127.0.0.1', allowHalfOpen: true };
    this.socket = isSecure ? tls.connect({ ...target, rejectUnauthorized: false }) : net.connect(target);
    this.connected = once(this.socket, isSecure ? 'secureConnect' : 'connect');
    this.socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
    });
    this.socket.on('end', () => {
      this.#end = 'fin';
    });
    this.socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      this.#end = code === 'ECONNRESET' || code === 'EPIPE' ? 'rst' : `error ${String(code)}`;
    });
  }

  send(data: string | Uint8Array): this {
    if (typeof data === 'string') this.socket.write(data, 'latin1');
    else this.socket.write(data);
    return this;
  }

  /** Sends a FIN; what comes is still read. */
  fin(data = ''): this {
    this.socket.end(data, 'latin1');
    return this;
  }

  reset(): this {
    this.socket.resetAndDestroy();
    return this;
  }

  /** Resolves once the text that has come matches. */
  async saw(pattern: RegExp): Promise<this> {
    await until(() => {
      if (pattern.test(this.text)) return true;
      if (this.#end !== 'open') throw new Error(`${String(pattern)} is not in ${JSON.stringify(this.text)}`);
      return false;
    });
    return this;
  }

  /** Resolves once the server has sent FIN, or a reset. */
  async ended(): Promise<this> {
    await until(() => this.#end !== 'open');
    return this;
  }

  /** What has come, and how it ended. */
  get outcome(): string {
    const text = this.text.replace(/^Date: .*\r\n/gm, 'Date: masked\r\n');
    const digest = createHash('sha1').update(text).digest('hex');
    const shown = text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}... ${String(text.length)} ${digest}`;
    return `${shown}<${this.#end}>`;
  }
}
