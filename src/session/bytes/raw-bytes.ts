import { AbortedError, InvalidStateError, type HTTPSessionError } from '../../errors/index.js';
import type { ReceiveBuffer } from '../../protocol/index.js';
import { ReadQueue, type PendingRead } from './read-queue.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';

/** Options of a read. */
export interface ReadOptions {
  /** Aborts the read; bytes that arrive later stay for the next one. */
  readonly signal?: AbortSignal | undefined;
}

/** How a string is turned into bytes: message heads are latin1, bodies utf-8. */
export type WriteEncoding = 'latin1' | 'utf8';

/** How one kind of read takes its result out of the buffer. */
interface Read<T> {
  begin?(): void;
  take(buffer: ReceiveBuffer): T | undefined;
  readonly atEndOfStream: T;
}

/**
 * POCO's byte-level reads over one session: `get`, `peek`, `read`, `receive`, `refill`.
 *
 * The gate stands here. Buffered bytes are served in every state; whatever needs the socket asks the chart first.
 */
export class RawReader {
  readonly #core: SessionCore;
  readonly #queue: ReadQueue;

  constructor(core: SessionCore) {
    this.#core = core;
    this.#queue = new ReadQueue(core);
  }

  get(options?: ReadOptions): Promise<number> {
    return this.#fromBuffer('get()', options, (buffer) => buffer.get(), -1);
  }

  peek(options?: ReadOptions): Promise<number> {
    return this.#fromBuffer('peek()', options, (buffer) => buffer.peek(), -1);
  }

  read(length: number, options?: ReadOptions): Promise<Buffer> {
    const malformed = lengthError(length);
    if (malformed !== null) return Promise.reject(malformed);
    if (length === 0) return Promise.resolve(Buffer.alloc(0));
    return this.#fromBuffer('read()', options, (buffer) => buffer.take(length), Buffer.alloc(0));
  }

  readInto(target: Uint8Array, options?: ReadOptions): Promise<number> {
    if (!(target instanceof Uint8Array)) {
      return Promise.reject(new TypeError('readInto() takes a Uint8Array'));
    }
    if (target.length === 0) return Promise.resolve(0);
    return this.#fromBuffer('readInto()', options, (buffer) => buffer.takeInto(target, 0, target.length), 0);
  }

  /** Bypasses the buffer: what is in it stays in it, and what arrived beyond `length` waits for the next read. */
  receive(length: number, options?: ReadOptions): Promise<Buffer> {
    const malformed = lengthError(length);
    if (malformed !== null) return Promise.reject(malformed);
    if (length === 0) return Promise.resolve(Buffer.alloc(0));
    let before = 0;
    return this.#enqueue('receive()', options, {
      begin: () => {
        before = this.#core.buffer.length;
      },
      take: (buffer) => (buffer.length > before ? this.#takeBehind(buffer, before, length) : undefined),
      atEndOfStream: Buffer.alloc(0),
    });
  }

  refill(options?: ReadOptions): Promise<number> {
    let before = 0;
    return this.#enqueue('refill()', options, {
      begin: () => {
        before = this.#core.buffer.length;
      },
      take: (buffer) => (buffer.length > before ? buffer.length : undefined),
      atEndOfStream: undefined,
    }).then((length) => length ?? this.#core.buffer.length);
  }

  #fromBuffer<T>(
    call: string,
    options: ReadOptions | undefined,
    take: (buffer: ReceiveBuffer) => T,
    atEndOfStream: T,
  ): Promise<T> {
    const { buffer } = this.#core;
    const isFree = !this.#queue.isWaiting && !this.#isTaken;
    if (buffer.length > 0 && isFree && options?.signal?.aborted !== true) {
      return Promise.resolve(take(buffer));
    }
    return this.#enqueue(call, options, {
      take: (filled) => (filled.length > 0 ? take(filled) : undefined),
      atEndOfStream,
    });
  }

  #enqueue<T>(call: string, options: ReadOptions | undefined, read: Read<T>): Promise<T> {
    const signal = options?.signal;
    if (signal?.aborted === true) {
      const error = new AbortedError('the read was aborted', { cause: signal.reason });
      return Promise.reject(testify(this.#core, error));
    }
    const refusal = this.#refusal(call);
    if (refusal === 'ended') return Promise.resolve(read.atEndOfStream);
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise<T>((resolve, reject) => {
      const pending: PendingRead = {
        begin: () => read.begin?.(),
        attempt: (atEnd) => {
          const taken = read.take(this.#core.buffer);
          if (taken === undefined && !atEnd) return false;
          signal?.removeEventListener('abort', abort);
          resolve(taken ?? read.atEndOfStream);
          return true;
        },
        reject: (error) => {
          signal?.removeEventListener('abort', abort);
          reject(error);
        },
      };
      const abort = (): void => {
        this.#queue.withdraw(pending, signal?.reason);
      };
      signal?.addEventListener('abort', abort);
      this.#queue.push(pending);
    });
  }

  /** Why the socket cannot be read; `null` when it can, `'ended'` when the stream is at its end. */
  #refusal(call: string): HTTPSessionError | 'ended' | null {
    const core = this.#core;
    if (core.is('faulty') && core.exception !== null) return core.exception;
    if (!core.is('attached')) {
      // The peer left and everything was read: the end of the stream, as POCO reports it, not a misuse.
      return core.endedBy === 'fin' && core.is('closed') ? 'ended' : core.illegal(call);
    }
    if (this.#isTaken) {
      return testify(core, new InvalidStateError(call, `${core.state} (a message is being read)`));
    }
    return null;
  }

  /** Whether a message is being read: the session's bytes are its bytes. */
  get #isTaken(): boolean {
    const { reader, restingReader } = this.#core;
    return reader !== null && reader !== this.#queue && reader !== restingReader;
  }

  /** Takes bytes that lie behind the first `before` ones, which stay; what is too much has only arrived. */
  #takeBehind(buffer: ReceiveBuffer, before: number, length: number): Buffer {
    const front = buffer.take(before);
    const taken = buffer.take(length);
    this.#core.unshift(buffer.drain());
    buffer.append(front);
    return taken;
  }
}

function lengthError(length: unknown): Error | null {
  if (typeof length !== 'number') return new TypeError('a length must be a number');
  if (Number.isInteger(length) && length >= 0) return null;
  return new RangeError(`a length must be an integer, 0 or more, not ${String(length)}`);
}

// Cut down to its low byte, such a character would become another one, CR and LF among them.
const BEYOND_LATIN1 = /[^\0-\xff]/;

/**
 * POCO's `write` over one session. Returns the bytes accepted, once the socket is ready for more.
 */
export async function writeRaw(
  core: SessionCore,
  data: string | Uint8Array,
  encoding: WriteEncoding,
): Promise<number> {
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) {
    throw new TypeError('write(): data must be a string or a Uint8Array');
  }
  if (typeof data === 'string' && encoding === 'latin1' && BEYOND_LATIN1.test(data)) {
    throw new TypeError('the string has characters beyond latin1: write it as utf8');
  }
  if (core.is('faulty') && core.exception !== null) throw core.exception;
  if (!core.is('usable') || !core.is('writable')) throw core.illegal('write()');
  core.limitQueue();
  const bytes = typeof data === 'string' ? Buffer.from(data, encoding) : data;
  if (bytes.length > 0 && !core.writeBytes(bytes)) await core.drained();
  return bytes.length;
}
