import { Readable } from 'node:stream';

import type { HTTPSessionError } from '../../errors/index.js';
import type { BodyReader, ReceiveBuffer } from '../../protocol/index.js';
import { unheardError } from '../../streams/bridges.js';
import { nextPiece, type BodyConsumer } from './body-consumers.js';
import type { BodyFeed } from './body-feed.js';

/*
 * The body of a message as a stream. The stream itself is what consumes the body: there is no promise, no signal and no
 * closure for a piece.
 */

/**
 * A Node.js stream that asks for a piece only when it is read. It reads nothing ahead, so that back-pressure reaches the
 * peer at once, and `destroy` leaves unread whatever was not handed out.
 */
export class BodyReadable extends Readable implements BodyConsumer {
  readonly #feed: BodyFeed;

  constructor(feed: BodyFeed) {
    super({ highWaterMark: 0 });
    this.on('error', unheardError);
    this.#feed = feed;
  }

  override _read(): void {
    this.#feed.pull('readable()', this);
  }

  /** Listeners of the stream find the session in its new state, and may do to it what they like. */
  takeFrom(reader: BodyReader, buffer: ReceiveBuffer): boolean {
    const piece = nextPiece(this.#feed, reader, buffer);
    if (piece === undefined) return false;
    process.nextTick(hand, this, piece);
    return true;
  }

  finish(): void {
    process.nextTick(hand, this, null);
  }

  fail(error: HTTPSessionError): void {
    process.nextTick(destroy, this, error);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#feed.withdraw(this);
    done(error);
  }
}

function hand(stream: Readable, piece: Buffer | null): void {
  if (stream.destroyed) return;
  try {
    stream.push(piece);
  } catch (error) {
    // An exception of a `data` listener ends this stream, and nothing else.
    stream.destroy(error as Error);
  }
}

function destroy(stream: Readable, error: Error): void {
  stream.destroy(error);
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

/** What a web stream takes its pieces from. */
class BodyWebSource implements BodyConsumer {
  readonly #feed: BodyFeed;
  /** Set while the stream waits for a piece. */
  #controller: Controller | null = null;
  /** What the stream gets next. */
  #piece: Buffer | null = null;

  constructor(feed: BodyFeed) {
    this.#feed = feed;
  }

  /** For what it waits for already, the stream may ask again. */
  pull(controller: Controller): void {
    if (this.#controller !== null) return;
    this.#controller = controller;
    this.#feed.pull('stream()', this);
  }

  cancel(): void {
    this.#controller = null;
    this.#feed.withdraw(this);
  }

  /**
   * The stream may ask for the next piece as it gets this one: when the body is being read no more. In a microtask and not
   * a tick: a caller that looks for what is there already waits for a few microtasks (`open` of the fetch adapter).
   */
  takeFrom(reader: BodyReader, buffer: ReceiveBuffer): boolean {
    const piece = nextPiece(this.#feed, reader, buffer);
    if (piece === undefined) return false;
    this.#piece = piece;
    queueMicrotask(this.#enqueue);
    return true;
  }

  finish(): void {
    queueMicrotask(() => {
      this.#waiting()?.close();
    });
  }

  fail(error: HTTPSessionError): void {
    queueMicrotask(() => {
      this.#waiting()?.error(error);
    });
  }

  readonly #enqueue = (): void => {
    const piece = this.#piece as Buffer;
    this.#piece = null;
    this.#waiting()?.enqueue(piece);
  };

  /** The stream that waits; `null` when it was cancelled meanwhile. */
  #waiting(): Controller | null {
    const controller = this.#controller;
    this.#controller = null;
    return controller;
  }
}

/**
 * A web stream that asks for a piece only when it is read, as above; `cancel` leaves unread whatever was not handed out.
 *
 * It is not a byte stream: a byte stream transfers the memory of each piece, while pieces are views of memory that they
 * share with what follows, so that each would have to be copied.
 */
export function bodyWebStream(feed: BodyFeed): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(new BodyWebSource(feed), { highWaterMark: 0 });
}
