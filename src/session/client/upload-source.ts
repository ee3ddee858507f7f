import { Readable } from 'node:stream';

import { describeValue } from '../../errors/index.js';
import { isBytes, type BodyContent } from '../../protocol/index.js';
import { NodeSource } from './node-source.js';

/** A body that comes in pieces: a Node.js or a web stream, a generator, or any other iterable of content. */
export type PiecedBody =
  AsyncIterable<BodyContent> | Iterable<BodyContent> | ReadableStream<string | Uint8Array>;

/** The next piece of a body, or its end. */
type PulledPiece = IteratorResult<unknown, unknown>;

const ENDED: PulledPiece = { done: true, value: undefined };

/**
 * A body in pieces that a request was given. The request asks for a piece when the one before was taken.
 *
 * A body that is given to a request belongs to it: `letGo` is called on every way out, also on those that lead out
 * before a byte was sent. It destroys a Node.js stream, cancels a web stream and calls `return()` of an iterator, so
 * that files are closed and generators run their `finally`. A source that is waited for at that moment is not waited
 * for any longer.
 */
export class UploadSource {
  #source: PullSource | null;

  /** @throws TypeError for a web stream that is locked to a reader. */
  constructor(body: PiecedBody) {
    this.#source = pullSourceOf(body);
  }

  /** The next piece, at once where the source has it; none once the source was let go. @throws what the source throws. */
  next(): PulledPiece | Promise<PulledPiece> {
    const source = this.#source;
    if (source === null) return ENDED;
    try {
      const result = source.next();
      if (isThenable(result) || isThenable(result.value)) return this.#later(result);
      return this.#taken(result);
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #later(pending: PulledPiece | PromiseLike<PulledPiece>): Promise<PulledPiece> {
    try {
      const result = await pending;
      // The end has no value that matters.
      if (result.done === true || !isThenable(result.value)) return this.#taken(result);
      return this.#taken({ done: false, value: await result.value });
    } catch (error) {
      return this.#failed(error);
    }
  }

  #taken(result: PulledPiece): PulledPiece {
    if (this.#source === null) return ENDED;
    if (result.done !== true) return result;
    this.#source = null;
    return ENDED;
  }

  /** What is thrown because it was let go is no failure of it; what it throws by itself ends it. */
  #failed(error: unknown): PulledPiece {
    if (this.#source === null) return ENDED;
    this.#source = null;
    throw error;
  }

  /** Ends the source, unless it is at its end. Idempotent; never throws. */
  letGo(): void {
    const source = this.#source;
    this.#source = null;
    if (source !== null) endQuietly(() => source.end());
  }
}

/** Lets go of what was given as the body of a request that could not even be made. */
export function letGoOfBody(body: unknown): void {
  if (typeof body !== 'object' || body === null || isBytes(body)) return;
  endQuietly(() => {
    if (isPieced(body)) pullSourceOf(body).end();
  });
}

/** Whether a value comes in pieces. */
export function isPieced(body: object): body is PiecedBody {
  return Symbol.asyncIterator in body || Symbol.iterator in body || isWebStream(body);
}

/** The error for what is not a body; its text says what to pass instead. */
export function bodyError(body: unknown): TypeError {
  return new TypeError(
    'body: must be a string, a typed array, an ArrayBuffer, a DataView, a stream or an iterable of these ' +
      `(got ${describeValue(body)})${hintFor(body)}`,
  );
}

/** Values that are iterable, or look like bodies, and whose pieces are not meant to be sent. */
const HINTS: Readonly<Record<string, string>> = {
  Blob: '; pass blob.stream()',
  File: '; pass file.stream()',
  URLSearchParams: '; pass its toString(), and set Content-Type to application/x-www-form-urlencoded',
  FormData: '; pass new Response(form).body, and set Content-Type to that of the Response',
  Map: '',
};

/** Whether a value is iterable, but no body: its pieces are pairs, or in no order that means anything. */
export function isNoBody(body: object): boolean {
  return Object.hasOwn(HINTS, Object.prototype.toString.call(body).slice(8, -1));
}

function hintFor(body: unknown): string {
  if (typeof body === 'function') return '; call it, and pass what it returns';
  if (typeof body !== 'object' || body === null) return '; convert it to a string first';
  const tag = Object.prototype.toString.call(body).slice(8, -1);
  return (Object.hasOwn(HINTS, tag) ? HINTS[tag] : undefined) ?? '; to send JSON, pass JSON.stringify(value)';
}

/** The pieces of a body one by one, whatever they come from. */
interface PullSource {
  next(): PulledPiece | PromiseLike<PulledPiece>;
  end(): unknown;
}

function pullSourceOf(body: PiecedBody): PullSource {
  if (isNodeStream(body)) return nodeSource(body);
  if (isWebStream(body)) return webSource(body);
  return iteratorSource(body);
}

/** From here on an error of the stream is one of the request, and no uncaught one, even before the stream is read. */
function nodeSource(stream: Readable): PullSource {
  stream.on('error', ignore);
  // A stream of another make, or with an iterator of its own, knows best how to be read.
  const isPlain = stream[Symbol.asyncIterator] === Readable.prototype[Symbol.asyncIterator];
  if (isPlain) return new NodeSource(stream);
  let iterator: AsyncIterator<unknown> | null = null;
  return {
    next: () => (iterator ??= stream[Symbol.asyncIterator]()).next(),
    end: () => stream.destroy(),
  };
}

function webSource(stream: ReadableStream): PullSource {
  if (stream.locked) throw new TypeError('body: the web stream has a reader already');
  const reader = stream.getReader() as ReadableStreamDefaultReader<unknown>;
  return {
    next: () => reader.read(),
    end: () => reader.cancel(),
  };
}

/** The iterator is made with the first piece: an iterable that was never begun has nothing to end. */
function iteratorSource(body: AsyncIterable<unknown> | Iterable<unknown>): PullSource {
  const make = (): AsyncIterator<unknown> | Iterator<unknown> =>
    Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]();
  let iterator: AsyncIterator<unknown> | Iterator<unknown> | null = null;
  return {
    next: () => (iterator ??= make()).next(),
    // A generator is its own iterator, and may hold something before its first piece was asked for.
    end: () => (iterator ?? (body as Partial<Iterator<unknown>>)).return?.(),
  };
}

function isNodeStream(body: object): body is Readable {
  const { destroy, on, pipe } = body as Partial<Readable>;
  return typeof destroy === 'function' && typeof on === 'function' && typeof pipe === 'function';
}

function isWebStream(body: object): body is ReadableStream {
  return typeof (body as Partial<ReadableStream>).getReader === 'function';
}

/** Runs the clean-up of a user's code, whose failures are of no interest any more. */
function endQuietly(end: () => unknown): void {
  try {
    const ended = end() as Partial<Promise<unknown>> | undefined;
    if (typeof ended?.then === 'function') ended.then(undefined, ignore);
  } catch {
    // It was let go all the same.
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}

function ignore(): void {
  // Of no interest any more.
}
