import {
  AbortedError,
  checkOptions,
  checkSignal,
  describeValue,
  KnownNames,
  type HTTPSessionError,
} from '../../errors/index.js';
import { bytesOf, type BodyContent, type ReceiveBuffer } from '../../protocol/index.js';
import { quietly } from '../core/unheard.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';
import { ReadQueue, type PendingRead } from './read-queue.js';

/** Options of a read. */
export interface ReadOptions {
  /** Aborts the read; bytes that arrive later stay for the next one. */
  readonly signal?: AbortSignal | undefined;
}

/** How a string is turned into bytes: message heads are latin1, bodies utf-8. */
export type WriteEncoding = 'latin1' | 'utf8';

const KNOWN_OPTIONS = new KnownNames('option of a read', ['signal']);
const KNOWN_ENCODINGS = new KnownNames('encoding', ['latin1', 'utf8']);

/** How one kind of read takes its result out of the buffer. */
interface Read<T> {
  begin?(): void;
  take(buffer: ReceiveBuffer): T | undefined;
  readonly atEndOfStream: T;
}

/**
 * POCO's byte-level reads over one session: `get`, `peek`, `read`, `receive`, `refill`.
 *
 * Buffered bytes are served in every state; a read that needs the socket asks the chart first.
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
    return this.#upTo('read()', options, (buffer) => buffer.take(length), Buffer.alloc(0));
  }

  readInto(target: Uint8Array, options?: ReadOptions): Promise<number> {
    if (!(target instanceof Uint8Array)) {
      const error = new TypeError(`readInto(): target must be a Uint8Array (got ${describeValue(target)})`);
      return Promise.reject(error);
    }
    if (target.length === 0) return Promise.resolve(0);
    return this.#upTo('readInto()', options, (buffer) => buffer.takeInto(target, 0, target.length), 0);
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
    const refilled = this.#enqueue('refill()', options, {
      begin: () => {
        before = this.#core.buffer.length;
      },
      take: (buffer) => (buffer.length > before ? buffer.length : undefined),
      atEndOfStream: undefined,
    });
    return derived(refilled, (length) => length ?? this.#core.buffer.length);
  }

  /** Of what is buffered; else of one receive, whose rest waits for the next read and does not count as buffered. */
  #upTo<T>(
    call: string,
    options: ReadOptions | undefined,
    take: (buffer: ReceiveBuffer) => T,
    atEndOfStream: T,
  ): Promise<T> {
    let wasEmpty = false;
    return this.#fromBuffer(
      call,
      options,
      (buffer) => {
        const taken = take(buffer);
        if (wasEmpty) this.#core.unshift(buffer.drain());
        return taken;
      },
      atEndOfStream,
      () => {
        wasEmpty = this.#core.buffer.length === 0;
      },
    );
  }

  #fromBuffer<T>(
    call: string,
    options: ReadOptions | undefined,
    take: (buffer: ReceiveBuffer) => T,
    atEndOfStream: T,
    begin?: () => void,
  ): Promise<T> {
    const { buffer } = this.#core;
    const isFree = !this.#queue.isWaiting && !this.#isTaken;
    if (buffer.length > 0 && isFree && options?.signal?.aborted !== true) {
      return Promise.resolve(take(buffer));
    }
    return this.#enqueue(call, options, {
      ...(begin === undefined ? {} : { begin }),
      take: (filled) => (filled.length > 0 ? take(filled) : undefined),
      atEndOfStream,
    });
  }

  /** A rejection for the peer's sake, or because of the user's own signal, need not be awaited. */
  #enqueue<T>(call: string, options: ReadOptions | undefined, read: Read<T>): Promise<T> {
    const malformed = options === undefined ? null : optionsError(call, options);
    if (malformed !== null) return Promise.reject(malformed);
    const signal = options?.signal;
    if (signal?.aborted === true) {
      const error = new AbortedError('the read was aborted', { cause: signal.reason });
      return quietly(Promise.reject(testify(this.#core, error)));
    }
    const left = this.#takeLeft(read);
    if (left !== undefined) return Promise.resolve(left);
    const refusal = this.#refusal(call);
    if (refusal === 'ended') return Promise.resolve(read.atEndOfStream);
    if (refusal !== null) return quietly(Promise.reject(refusal));
    return quietly(this.#wait(read, signal));
  }

  #wait<T>(read: Read<T>, signal: AbortSignal | undefined): Promise<T> {
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

  /** Bytes that arrived before the connection was lost, and that no read had asked for. */
  #takeLeft<T>(read: Read<T>): T | undefined {
    const core = this.#core;
    if (core.arrivedBytes === 0 || core.is('attached')) return undefined;
    read.begin?.();
    core.refillFromArrived();
    return read.take(core.buffer);
  }

  /** Why the socket cannot be read; `null` when it can, `'ended'` when the stream is at its end. */
  #refusal(call: string): HTTPSessionError | 'ended' | null {
    const core = this.#core;
    if (core.is('faulty') && core.exception !== null) return core.exception;
    if (!core.is('attached')) {
      // The peer left and everything was read: the end of the stream, as POCO reports it, not a misuse.
      return core.endedBy === 'fin' && core.is('closed') ? 'ended' : core.illegal(call);
    }
    return this.#isTaken ? core.illegal(call, 'a message is being read') : null;
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

/** What a promise resolves with, made into something else. */
function derived<T, U>(promise: Promise<T>, make: (value: T) => U): Promise<U> {
  return quietly(promise.then(make));
}

function optionsError(call: string, options: unknown): TypeError | null {
  try {
    checkOptions(call, options, KNOWN_OPTIONS);
    checkSignal(call, (options as ReadOptions).signal);
    return null;
  } catch (error) {
    return error as TypeError;
  }
}

function lengthError(length: unknown): Error | null {
  if (typeof length !== 'number')
    return new TypeError(`length: must be a number (got ${describeValue(length)})`);
  if (Number.isInteger(length) && length >= 0) return null;
  return new RangeError(`length: must be an integer of 0 or more (got ${String(length)})`);
}

// Cut down to its low byte, such a character would become another one, CR and LF among them.
const BEYOND_LATIN1 = /[^\0-\xff]/;

/**
 * POCO's `write` over one session. Resolves with the bytes accepted, once the socket is ready for more. That the peer
 * takes nothing more is on the session, too, so it need not be awaited.
 */
export function writeRaw(core: SessionCore, data: BodyContent, encoding: WriteEncoding): Promise<number> {
  let bytes: Uint8Array;
  try {
    bytes = bytesToWrite(data, encoding);
  } catch (error) {
    const reason: Error = error as Error;
    return Promise.reject(reason);
  }
  return quietly(writeBytes(core, bytes));
}

function bytesToWrite(data: BodyContent, encoding: WriteEncoding): Uint8Array {
  if (encoding !== 'latin1' && encoding !== 'utf8') KNOWN_ENCODINGS.check(encoding);
  if (typeof data !== 'string') return bytesOf(data, 'write()');
  if (encoding === 'latin1' && BEYOND_LATIN1.test(data)) {
    throw new TypeError("write(): the string has characters beyond latin1; pass 'utf8' as the encoding");
  }
  return Buffer.from(data, encoding);
}

async function writeBytes(core: SessionCore, bytes: Uint8Array): Promise<number> {
  if (bytes.length === 0) return 0;
  if (core.is('faulty') && core.exception !== null) throw core.exception;
  if (!core.is('usable') || !core.is('writable')) {
    throw core.illegal('write()', core.is('lingering') ? 'this side has finished sending' : undefined);
  }
  core.limitQueue();
  if (!core.writeBytes(bytes)) await core.drained();
  return bytes.length;
}
