import { once } from 'node:events';
import net from 'node:net';

import { until } from '../transport/until.js';

/** A client over TCP that sends bytes as they are, and keeps what comes as latin1 text. */
export class RawTCP {
  readonly socket: net.Socket;
  text = '';
  /** The server has sent FIN, or a reset. */
  isOver = false;
  isReset = false;

  private constructor(port: number, reads: boolean) {
    this.socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      this.isReset ||= code === 'ECONNRESET';
    });
    for (const event of ['end', 'close']) {
      this.socket.on(event, () => {
        this.isOver = true;
      });
    }
    if (reads) this.socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')));
  }

  static async to(port: number, { reads = true } = {}): Promise<RawTCP> {
    const client = new RawTCP(port, reads);
    await once(client.socket, 'connect');
    return client;
  }

  send(data: string): this {
    this.socket.write(data, 'latin1');
    return this;
  }

  /** The statuses of the responses so far. */
  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  /** Resolves once the connection is over, or a time has passed; returns how long that took. */
  async over(patience: number): Promise<number> {
    const begun = performance.now();
    await until(() => this.isOver || performance.now() - begun > patience);
    return performance.now() - begun;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
