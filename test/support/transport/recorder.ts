import { EventEmitter, once } from 'node:events';

import type { Transport, TransportObserver } from '../../../src/transport/index.js';

/** An observer that writes down what it is told, and lets a test wait for it. */
export class Recorder extends EventEmitter implements TransportObserver {
  /** Every notice, in order; bytes as latin1 text. */
  readonly notices: string[] = [];
  readonly chunks: Buffer[] = [];
  borrowedChunks = 0;
  bytes = 0;
  failure: NodeJS.ErrnoException | undefined;
  /** What else to do on every chunk. */
  whenBytes: (chunk: Buffer) => void = () => undefined;

  static watch(transport: Transport): Recorder {
    const recorder = new Recorder();
    transport.watch(recorder);
    return recorder;
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  onBytes(chunk: Buffer, borrowed: boolean): void {
    if (borrowed) this.borrowedChunks++;
    this.chunks.push(Buffer.from(chunk));
    this.bytes += chunk.length;
    this.#tell(`bytes ${chunk.toString('latin1')}`);
    this.whenBytes(chunk);
  }

  onEnded(): void {
    this.#tell('ended');
  }

  onClosed(): void {
    this.#tell('closed');
  }

  onFailed(error: Error): void {
    this.failure = error;
    this.#tell(`failed ${this.failure.code ?? error.message}`);
  }

  onDrained(): void {
    this.#tell('drained');
  }

  /** Waits until `done` holds; it is asked again after every notice. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await once(this, 'notice');
  }

  #tell(notice: string): void {
    this.notices.push(notice);
    this.emit('notice');
  }
}
