import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

import { ReceiveBuffer } from '../../../src/protocol/index.js';
import type { ByteSink, ByteSource } from '../../../src/streams/index.js';

interface Waiting {
  readonly serve: () => void;
}

/** A source that the test feeds; what was given to the constructor arrives part by part, one at each refill. */
export class StubSource implements ByteSource {
  readonly receiveBuffer = new ReceiveBuffer();
  /** How often somebody asked for more. */
  refills = 0;
  readonly #arrivals: string[];
  #isAtEnd = false;
  #waiting: Waiting | null = null;

  constructor(...arrivals: readonly string[]) {
    this.#arrivals = [...arrivals];
  }

  /** A source whose peer sends this, in these parts, and then leaves. */
  static of(...arrivals: readonly string[]): StubSource {
    return new StubSource(...arrivals).end();
  }

  get isAskedForMore(): boolean {
    return this.#waiting !== null;
  }

  /** What no stream has consumed, as text; it stays. */
  get unread(): string {
    return this.receiveBuffer.latin1(this.receiveBuffer.length) + this.#arrivals.join('');
  }

  arrive(text: string): this {
    this.#arrivals.push(text);
    this.#waiting?.serve();
    return this;
  }

  end(): this {
    this.#isAtEnd = true;
    this.#waiting?.serve();
    return this;
  }

  refill(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<number> {
    const { signal } = options;
    this.refills++;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiting = null;
        reject(signal?.reason as Error);
      };
      const serve = (): void => {
        const arrival = this.#arrivals.shift();
        if (arrival !== undefined) this.receiveBuffer.append(Buffer.from(arrival, 'latin1'));
        else if (!this.#isAtEnd) return;
        this.#waiting = null;
        signal?.removeEventListener('abort', abort);
        resolve(this.receiveBuffer.length);
      };
      this.#waiting = { serve };
      signal?.addEventListener('abort', abort);
      serve();
    });
  }
}

/** A sink that remembers what was written, each write on its own. */
export class StubSink implements ByteSink {
  readonly writes: string[] = [];
  /** What every further write rejects with. */
  failure: Error | null = null;
  /** How often it was aborted. */
  aborts = 0;
  #gate: Promise<void> | null = null;
  #open: () => void = () => undefined;

  get text(): string {
    return this.writes.join('');
  }

  /** From now on it accepts one write and is not ready for more. */
  hold(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  release(): void {
    this.#gate = null;
    this.#open();
  }

  abort(): void {
    this.aborts++;
  }

  async write(data: string | Uint8Array, encoding: 'latin1' | 'utf8' = 'latin1'): Promise<number> {
    if (this.failure !== null) throw this.failure;
    const bytes = Buffer.from(data as string, encoding);
    this.writes.push(bytes.toString('latin1'));
    await this.#gate;
    return bytes.length;
  }
}

/** Everything that a stream gives, as latin1 text. */
export async function contentOf(stream: Readable): Promise<string> {
  let content = '';
  for await (const piece of stream) content += (piece as Buffer).toString('latin1');
  return content;
}

/** What comes out of a stream before it fails, and the error. */
export async function failureOf(stream: Readable): Promise<{ content: string; error: unknown }> {
  let content = '';
  stream.on('data', (piece: Buffer) => {
    content += piece.toString('latin1');
  });
  try {
    await finished(stream);
  } catch (error) {
    return { content, error };
  }
  throw new Error('the stream did not fail');
}

/** The next piece of a stream as latin1 text. */
export async function nextOf(stream: Readable): Promise<string> {
  const iterator = stream.iterator({ destroyOnReturn: false });
  const { value } = (await iterator.next()) as { value: Buffer | undefined };
  await iterator.return?.();
  return value?.toString('latin1') ?? '';
}

/** Writes pieces and ends the stream; resolves when it has finished, rejects with its error. */
export async function writeAll(stream: Writable, ...pieces: readonly (string | Buffer)[]): Promise<void> {
  const done = finished(stream);
  for (const piece of pieces) stream.write(piece);
  stream.end();
  await done;
}

/** The same text in parts of `size` bytes. */
export function inParts(text: string, size: number): string[] {
  return text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
}
