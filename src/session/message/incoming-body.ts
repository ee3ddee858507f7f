import type { Readable } from 'node:stream';

import { LIMITS } from '../../constants.js';
import { AbortedError, HTTPSessionError, InvalidStateError } from '../../errors/index.js';
import type { BodyReader, HTTPMessage, MessageHeader } from '../../protocol/index.js';
import { pullReadable, pullWebStream } from '../../streams/bridges.js';
import { CollectConsumer, DiscardConsumer, PieceConsumer, type BodyConsumer } from './body-consumers.js';
import type { ReadOptions } from '../bytes/raw-bytes.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';
import type { WaitingReader } from '../core/role.js';

/** What a body reports to the exchange that it belongs to. */
export interface BodyOwner {
  /** A reader waits for the body: limits the time of that. */
  bodyWanted(): void;
  /** Bytes of it have come, and more will; `isWaiting` when a reader waits for those. */
  bodyArrived(isWaiting: boolean): void;
  /** The reader stopped before the body was complete. */
  bodyReleased(): void;
  /** Everything of the message was read. Reported once. */
  bodyCompleted(): void;
  /** The rest of the body cannot be had: the peer broke HTTP, or left. */
  bodyBroken(error: HTTPSessionError): void;
}

/** Options of `bytes`, `text` and `json`. */
export interface CollectOptions {
  /** The most bytes to collect. @defaultValue 64 MiB */
  readonly maxBytes?: number | undefined;
}

let feedIn: (body: IncomingBody) => BodyFeed;

/** The session's side of a body. */
export function feedOf(body: IncomingBody): BodyFeed {
  return feedIn(body);
}

/**
 * The body of a message that is being received.
 *
 * Nothing is read before you ask for it, and what you do not ask for holds the peer back. One read at a time.
 *
 * @example
 * ```ts
 * const { body } = await session.request({ path: '/log' });
 * for await (const piece of body) process.stdout.write(piece);
 * ```
 */
export class IncomingBody implements AsyncIterable<Buffer> {
  readonly #feed: BodyFeed;

  static {
    feedIn = (body) => body.#feed;
  }

  /** @internal */
  constructor(core: SessionCore, owner: BodyOwner, reader: BodyReader) {
    this.#feed = new BodyFeed(core, owner, reader);
  }

  /** Whether the whole body has been read. */
  get complete(): boolean {
    return this.#feed.reader.complete;
  }

  /** Bytes that are still to come; -1 when only the peer knows. */
  get remaining(): number {
    return this.#feed.reader.remaining;
  }

  /** The trailer fields once the body is complete; `null` when there are none. */
  get trailer(): MessageHeader | null {
    return this.#feed.reader.trailer ?? null;
  }

  /**
   * The next piece, or `null` when the body is complete. After an aborted read the body continues where it was.
   *
   * @throws IncompleteMessageError, RemoteProtocolError, TimeoutError (`receive`; on a server `bodyProgress`,
   * `continue`, `message`), NetworkError, AbortedError; InvalidStateError while another read of the body is pending.
   */
  read(options: ReadOptions = {}): Promise<Buffer | null> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (signal === undefined) this.#feed.start('read()', new PieceConsumer(resolve, reject));
      else this.#feed.readAbortably(signal, resolve, reject);
    });
  }

  /**
   * The rest of the body in one piece.
   *
   * @throws RemoteProtocolError (status 413) when it is longer than `maxBytes`; and what `read` throws.
   */
  bytes(options: CollectOptions = {}): Promise<Buffer> {
    const maxBytes = options.maxBytes ?? LIMITS.maxCollectedBytes.value;
    const whole = this.#feed.takeWhole(maxBytes);
    if (whole !== null) return Promise.resolve(whole);
    return new Promise((resolve, reject) => {
      this.#feed.start('bytes()', new CollectConsumer(this.#feed.reader, maxBytes, resolve, reject));
    });
  }

  /** The rest of the body as UTF-8 text. */
  async text(options?: CollectOptions): Promise<string> {
    return (await this.bytes(options)).toString('utf8');
  }

  /** The rest of the body, parsed as JSON. @throws SyntaxError; and what `bytes` throws. */
  async json(options?: CollectOptions): Promise<unknown> {
    return JSON.parse(await this.text(options)) as unknown;
  }

  /** The pieces as they arrive. Left early, the rest stays unread. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (let piece = await this.read(); piece !== null; piece = await this.read()) yield piece;
  }

  /** The body as a Node.js stream; its back-pressure reaches the peer. Destroyed early, it leaves the rest unread. */
  readable(): Readable {
    return pullReadable((signal) => this.read({ signal }));
  }

  /** The body as a web stream; its back-pressure reaches the peer. Cancelled early, it leaves the rest unread. */
  stream(): ReadableStream<Uint8Array> {
    return pullWebStream((signal) => this.read({ signal }));
  }
}

/**
 * The session's side of a body: takes the bytes, and serves whatever consumes them, one consumer at a time. Users have
 * the `IncomingBody` in front of it, which cannot be fed.
 */
export class BodyFeed implements WaitingReader {
  readonly reader: BodyReader;
  readonly #core: SessionCore;
  readonly #owner: BodyOwner;
  readonly #turn: number;
  #consumer: BodyConsumer | null = null;
  #error: HTTPSessionError | null = null;
  #isGivenUp = false;

  constructor(core: SessionCore, owner: BodyOwner, reader: BodyReader) {
    this.#core = core;
    this.#owner = owner;
    this.#turn = core.turn;
    this.reader = reader;
  }

  /** Whether a consumer waits for the body at this moment. */
  get isBeingRead(): boolean {
    return this.#consumer !== null;
  }

  /** Whether the rest can never be had: it was thrown away, or the connection has turned to another message. */
  get #isGone(): boolean {
    return this.#isGivenUp || (this.#turn !== this.#core.turn && !this.reader.complete);
  }

  /**
   * Refuses every read from here on, unless the body is complete: to report that there was no more would be a lie, and the
   * next bytes of the connection belong to something else.
   */
  giveUp(): void {
    this.#isGivenUp ||= !this.reader.complete;
  }

  /** Throws the rest away, `maxBytes` at the most; resolves with whether that was all. */
  discard(maxBytes: number): Promise<boolean> {
    return new Promise((resolve) => {
      const wasComplete = this.reader.complete;
      this.start('discard()', new DiscardConsumer(maxBytes, resolve));
      this.#isGivenUp ||= !wasComplete;
    });
  }

  /** The next piece, until a signal aborts the read. */
  readAbortably(
    signal: AbortSignal,
    resolve: (piece: Buffer | null) => void,
    reject: (error: HTTPSessionError) => void,
  ): void {
    const consumer = new PieceConsumer(
      (piece) => {
        signal.removeEventListener('abort', abort);
        resolve(piece);
      },
      (error) => {
        signal.removeEventListener('abort', abort);
        reject(error);
      },
    );
    const abort = (): void => {
      if (this.#consumer === consumer) {
        this.#leave();
        this.#owner.bodyReleased();
      }
      consumer.fail(testify(this.#core, new AbortedError('the read was aborted', { cause: signal.reason })));
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort);
    this.start('read()', consumer);
  }

  /** The rest of the body at once, when all of it has arrived: most bodies are small enough for that. */
  takeWhole(maxBytes: number): Buffer | null {
    const { remaining } = this.reader;
    const { buffer } = this.#core;
    if (remaining <= 0 || remaining > Math.min(buffer.length, maxBytes)) return null;
    if (this.#error !== null || this.#isGone) return null;
    const whole = Buffer.allocUnsafe(remaining);
    this.reader.readInto(buffer, whole, 0);
    this.#owner.bodyCompleted();
    return whole;
  }

  /** Hands the body to a consumer; fails it where the body is gone, or has another one. */
  start(call: string, consumer: BodyConsumer): void {
    if (this.#consumer !== null) {
      consumer.fail(
        testify(this.#core, new InvalidStateError(call, `${this.#core.state} (the body is being read)`)),
      );
      return;
    }
    if (this.#error !== null) {
      consumer.fail(this.#error);
      return;
    }
    if (this.#isGone) {
      const state = `${this.#core.state} (the body was thrown away)`;
      consumer.fail(testify(this.#core, new InvalidStateError(call, state)));
      return;
    }
    if (this.reader.complete) {
      consumer.finish();
      return;
    }
    this.#consumer = consumer;
    this.#drive();
    if (this.#consumer === consumer) this.#wait();
  }

  #wait(): void {
    const core = this.#core;
    if (!core.is('attached')) {
      // What arrived before the connection was lost is still this body's.
      if (core.refillFromArrived()) this.#drive();
      if (this.#consumer === null) return;
      this.readFailed(core.exception ?? testify(core, new AbortedError('the connection is gone')));
      return;
    }
    this.#owner.bodyWanted();
    core.awaitBytes(this);
  }

  bytesArrived(): void {
    this.#drive();
    if (!this.reader.complete) this.#owner.bodyArrived(this.#consumer !== null);
  }

  streamEnded(): void {
    this.#drive();
    const consumer = this.#consumer;
    if (consumer === null) return;
    try {
      this.reader.ended();
    } catch (error) {
      this.#break(error);
      return;
    }
    this.#leave();
    consumer.finish();
    this.#owner.bodyCompleted();
  }

  readFailed(error: HTTPSessionError): void {
    this.#error = error;
    const consumer = this.#consumer;
    this.#consumer = null;
    consumer?.fail(error);
  }

  /** Fails the consumer, which has waited too long; the owner decides what becomes of the connection. */
  interrupt(error: HTTPSessionError): void {
    this.#break(error);
  }

  /** Lets the consumer take what is in the buffer. Only here does a body become complete, and so only once. */
  #drive(): void {
    const consumer = this.#consumer;
    if (consumer === null) return;
    let isSatisfied: boolean;
    try {
      isSatisfied = consumer.take(this.reader, this.#core.buffer);
    } catch (error) {
      this.#break(error);
      return;
    }
    const isComplete = this.reader.complete;
    if (!isSatisfied && !isComplete) return;
    this.#leave();
    if (!isSatisfied) consumer.finish();
    if (isComplete) this.#owner.bodyCompleted();
    else this.#owner.bodyReleased();
  }

  #break(reason: unknown): void {
    if (!(reason instanceof HTTPSessionError)) throw reason;
    const error = testify(this.#core, reason, this.#core.endedBy ?? 'parse');
    if (this.#core.reader === this) this.#core.release();
    this.readFailed(error);
    this.#owner.bodyBroken(error);
  }

  #leave(): void {
    if (this.#core.reader === this) this.#core.release();
    this.#consumer = null;
  }
}

/** A message as it is received, by either role: the head is complete, the body is read on demand. */
export abstract class ReceivedMessage implements AsyncIterable<Buffer> {
  /** The head as a message, with all its members. */
  abstract readonly message: HTTPMessage;
  /** The body. POCO: the stream that comes with the message. */
  abstract readonly body: IncomingBody;

  /** The first value of a field, names being case-insensitive; `undefined` when it is absent. POCO: `get`. */
  get(name: string): string | undefined {
    return this.message.get(name);
  }

  /** Whether a field is present. POCO: `has`. */
  has(name: string): boolean {
    return this.message.has(name);
  }

  /** The body in one piece. See `IncomingBody.bytes`. */
  bytes(options?: CollectOptions): Promise<Buffer> {
    return this.body.bytes(options);
  }

  /** The body as UTF-8 text. See `IncomingBody.text`. */
  text(options?: CollectOptions): Promise<string> {
    return this.body.text(options);
  }

  /** The body parsed as JSON. See `IncomingBody.json`. */
  json(options?: CollectOptions): Promise<unknown> {
    return this.body.json(options);
  }

  /** The pieces of the body as they arrive. */
  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return this.body[Symbol.asyncIterator]();
  }
}
