import type { Readable } from 'node:stream';

import { LIMITS } from '../../constants.js';
import { AbortedError, HTTPSessionError } from '../../errors/index.js';
import type { BodyReader, HTTPMessage, MessageHeader } from '../../protocol/index.js';
import { pullReadable, pullWebStream } from '../../streams/bridges.js';
import {
  abortablePiece,
  CollectConsumer,
  DiscardConsumer,
  NO_BODY,
  PieceConsumer,
  type BodyConsumer,
  type PieceSizes,
  type Reject,
  type ResolvePiece,
} from './body-consumers.js';
import type { BodyOwner } from './body-owner.js';
import { maxBytesIn, parsedJSON, signalIn, type CollectOptions } from './collecting.js';
import type { ReadOptions } from '../bytes/raw-bytes.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';
import { misuse, quietly } from '../core/unheard.js';
import type { WaitingReader } from '../core/role.js';

const LOOP = 'for await';

const BYTE_ORDER_MARK = 0xfeff;

/** UTF-8 as text, without a byte order mark: it says how to read what follows, and is no part of that. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

/** The session's side of a body. */
export let feedOf: (body: IncomingBody) => BodyFeed;

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
  readonly #core: SessionCore;
  readonly #feed: BodyFeed;

  static {
    feedOf = (body) => body.#feed;
  }

  /** @internal */
  constructor(core: SessionCore, owner: BodyOwner, reader: BodyReader) {
    this.#core = core;
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
  read(options?: ReadOptions): Promise<Buffer | null> {
    const feed = this.#feed;
    if (options === undefined) return quietly(feed.next('read()'));
    try {
      return quietly(feed.next('read()', signalIn(options)));
    } catch (error) {
      return misuse(error, this.#core.id);
    }
  }

  /**
   * The rest of the body in one piece. A body is consumed once: after its end every call but `read` rejects.
   *
   * @throws RemoteProtocolError (status 413) beyond `maxBytes`; InvalidStateError when it was consumed; what `read` throws.
   */
  bytes(options?: CollectOptions): Promise<Buffer> {
    return this.#collect('bytes()', options, (bytes) => bytes);
  }

  /** The rest of the body as UTF-8 text, without a byte order mark. @throws what `bytes` throws. */
  text(options?: CollectOptions): Promise<string> {
    return this.#collect('text()', options, textOf);
  }

  /** The rest of the body as JSON. @throws RemoteProtocolError (`ERR_HTTP_SESSION_BAD_JSON`, 400); what `bytes` throws. */
  json(options?: CollectOptions): Promise<unknown> {
    return this.#collect('json()', options, (bytes) => parsedJSON(textOf(bytes), this.#core));
  }

  #collect<TResult>(
    call: string,
    options: CollectOptions | undefined,
    convert: (bytes: Buffer) => TResult,
  ): Promise<TResult> {
    const feed = this.#feed;
    let maxBytes: number = LIMITS.maxCollectedBytes.value;
    try {
      if (options !== undefined) maxBytes = maxBytesIn(call, options);
    } catch (error) {
      return misuse(error, this.#core.id);
    }
    const refusal = feed.consumedAlready(call);
    if (refusal !== null) return misuse(refusal, this.#core.id);
    const whole = feed.takeWhole(call, maxBytes);
    if (whole === null) {
      const all = new Promise<Buffer>((resolve, reject) => {
        feed.start(call, new CollectConsumer(feed.reader, maxBytes, resolve, reject));
      });
      return quietly(all.then(convert));
    }
    try {
      return Promise.resolve(convert(whole));
    } catch (error) {
      return quietly(Promise.reject(error as Error));
    }
  }

  #next(call: string, signal?: AbortSignal): Promise<Buffer | null> {
    const refusal = this.#feed.consumedAlready(call);
    return refusal === null ? this.#feed.next(call, signal) : Promise.reject(refusal);
  }

  /** The pieces as they arrive. Left early, the rest stays unread. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (let piece = await this.#next(LOOP); piece !== null; piece = await this.#next(LOOP)) yield piece;
  }

  /** The body as a Node.js stream; its back-pressure reaches the peer. Destroyed early, it leaves the rest unread. */
  readable(): Readable {
    return pullReadable((signal) => this.#next('readable()', signal));
  }

  /** The body as a web stream; its back-pressure reaches the peer. Cancelled early, it leaves the rest unread. */
  stream(): ReadableStream<Uint8Array> {
    return pullWebStream((signal) => this.#next('stream()', signal));
  }
}

/** The session's side of a body: takes the bytes, and serves one consumer at a time. Users have the body in front of it. */
export class BodyFeed implements WaitingReader, PieceSizes {
  readonly reader: BodyReader;
  readonly #core: SessionCore;
  readonly #owner: BodyOwner;
  readonly #turn: number;
  #consumer: BodyConsumer | null = null;
  #error: HTTPSessionError | null = null;
  #isGivenUp = false;
  /** The call that the body has reported its end to; empty before that. */
  #consumedBy = '';
  #call = '';
  smallPieces = 0;

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

  /** Whether what is left is read only to be thrown away. */
  get isThrownAway(): boolean {
    return this.#consumer instanceof DiscardConsumer;
  }

  /** Whether the rest can never be had: it was thrown away, or the connection has turned to another message. */
  get #isGone(): boolean {
    return this.#isGivenUp || (this.#turn !== this.#core.turn && !this.reader.complete);
  }

  /** Refuses every read from here on, unless the body is complete: the next bytes of the connection belong to something else. */
  giveUp(): void {
    const consumer = this.#consumer;
    if (consumer instanceof DiscardConsumer) {
      this.#leave();
      consumer.fail();
    }
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

  /** The next piece, or `null` when the body is complete; a signal aborts the wait. */
  next(call: string, signal?: AbortSignal): Promise<Buffer | null> {
    return new Promise((resolve, reject) => {
      if (signal === undefined) this.start(call, new PieceConsumer(this, resolve, reject));
      else this.#nextAbortably(call, signal, resolve, reject);
    });
  }

  /** The refusal of a call that takes the whole body of which the end was reported already; `null` before that. */
  consumedAlready(call: string): HTTPSessionError | null {
    if (this.#consumedBy === '') return null;
    const how = this.#isGivenUp ? 'thrown away' : `consumed by ${this.#consumedBy} already`;
    return this.#core.illegal(call, `the body was ${how}`);
  }

  #nextAbortably(call: string, signal: AbortSignal, resolve: ResolvePiece, reject: Reject): void {
    const abort = (): void => {
      if (this.#consumer === consumer) {
        this.#leave();
        this.#owner.bodyReleased();
      }
      consumer.fail(testify(this.#core, new AbortedError('the read was aborted', { cause: signal.reason })));
    };
    const consumer = abortablePiece(this, signal, abort, resolve, reject);
    if (signal.aborted) abort();
    else this.start(call, consumer);
  }

  /** The rest of the body at once, when all of it has arrived: most bodies are small enough for that. */
  takeWhole(call: string, maxBytes: number): Buffer | null {
    const { remaining } = this.reader;
    const { buffer } = this.#core;
    if (remaining <= 0 || remaining > Math.min(buffer.length, maxBytes)) return null;
    if (this.#error !== null || this.#isGone || this.#consumer !== null) return null;
    const whole = Buffer.allocUnsafe(remaining);
    this.reader.readInto(buffer, whole, 0);
    this.#consumedBy = call;
    this.#owner.bodyCompleted();
    return whole;
  }

  /** Hands the body to a consumer; fails it where the body is gone, or has another one. */
  start(call: string, consumer: BodyConsumer): void {
    const refusal = this.#refusal(call);
    if (refusal !== null) {
      consumer.fail(refusal);
      return;
    }
    this.#call = call;
    if (this.reader.complete) {
      this.#finish(consumer);
      return;
    }
    this.#consumer = consumer;
    this.#drive();
    if (this.#consumer === consumer) this.#wait();
  }

  #refusal(call: string): HTTPSessionError | null {
    if (this.#consumer !== null) return this.#core.illegal(call, 'the body is being read');
    if (this.#error !== null) return this.#error;
    return this.#isGone ? this.#core.illegal(call, 'the body was thrown away') : null;
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
    const { taken } = this.reader;
    this.#drive();
    if (!this.reader.complete) {
      this.#owner.bodyArrived(this.#consumer !== null, this.reader.taken !== taken);
    }
  }

  streamEnded(): void {
    this.#drive();
    const consumer = this.#consumer;
    if (consumer === null) return;
    try {
      this.reader.ended();
    } catch (error) {
      this.interrupt(error);
      return;
    }
    this.#leave();
    this.#finish(consumer);
    this.#owner.bodyCompleted();
  }

  readFailed(error: HTTPSessionError): void {
    this.#error = error;
    const consumer = this.#consumer;
    this.#consumer = null;
    consumer?.fail(error);
  }

  /** Lets the consumer take what is in the buffer. Only here does a body become complete, and so only once. */
  #drive(): void {
    const consumer = this.#consumer;
    if (consumer === null) return;
    let isSatisfied: boolean;
    try {
      isSatisfied = consumer.take(this.reader, this.#core.buffer);
    } catch (error) {
      this.interrupt(error);
      return;
    }
    const isComplete = this.reader.complete;
    if (!isSatisfied && !isComplete) return;
    this.#leave();
    if (!isSatisfied) this.#finish(consumer);
    if (isComplete) this.#owner.bodyCompleted();
    else this.#owner.bodyReleased();
  }

  #finish(consumer: BodyConsumer): void {
    if (this.reader !== NO_BODY && this.#consumedBy === '') this.#consumedBy = this.#call;
    consumer.finish();
  }

  /** Fails the consumer, such as one that has waited too long; the owner decides what becomes of the connection. */
  interrupt(reason: unknown): void {
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
