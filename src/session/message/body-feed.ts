import {
  AbortedError,
  HTTPSessionError,
  InvalidStateError,
  RemoteProtocolError,
  type RequestReference,
} from '../../errors/index.js';
import type { BodyReader } from '../../protocol/index.js';
import {
  CollectConsumer,
  DiscardConsumer,
  NO_BODY,
  PieceConsumer,
  type BodyConsumer,
  type PieceSizes,
} from './body-consumers.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';
import { misuse } from '../core/unheard.js';
import type { WaitingReader } from '../core/role.js';

/** What a body reports to the exchange that it belongs to. */
export interface BodyOwner {
  /** A reader waits for the body: limits the time of that. */
  bodyWanted(): void;
  /** Bytes of it have come, and more will; `isWaiting` when a reader waits for those. Framing is no content. */
  bodyArrived(isWaiting: boolean, hasContent: boolean): void;
  /** The reader stopped before the body was complete. */
  bodyReleased(): void;
  /** Everything of the message was read. Reported once. */
  bodyCompleted(): void;
  /** The rest of the body cannot be had: the peer broke HTTP, or left. */
  bodyBroken(error: HTTPSessionError): void;
}

const BYTE_ORDER_MARK = 0xfeff;

/** UTF-8 as text, without a byte order mark: it says how to read what follows, and is no part of that. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

/**
 * The session's side of a body: takes the bytes, and serves whatever consumes them, one consumer at a time. Users have
 * the `IncomingBody` in front of it, which cannot be fed.
 */
export class BodyFeed implements WaitingReader, PieceSizes {
  readonly reader: BodyReader;
  readonly #core: SessionCore;
  readonly #owner: BodyOwner;
  readonly #turn: number;
  readonly #request: RequestReference;
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
    this.#request = { number: core.requestNumber, method: core.requestMethod, target: core.requestTarget };
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

  /**
   * Refuses every read from here on, unless the body is complete: to report that there was no more would be a lie, and the
   * next bytes of the connection belong to something else.
   */
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

  /** The same for one who takes the whole body: of one that was consumed already, the end would be a lie. */
  claimed(call: string, signal?: AbortSignal): Promise<Buffer | null> {
    if (this.#consumedBy === '') return this.next(call, signal);
    return Promise.reject(this.#consumedAlready(call));
  }

  /** @throws InvalidStateError when the body was consumed already. A message without a body has nothing to consume. */
  claim(call: string): void {
    if (this.#consumedBy !== '') throw this.#consumedAlready(call);
  }

  #consumedAlready(call: string): HTTPSessionError {
    const how = this.#isGivenUp ? 'thrown away' : `consumed by ${this.#consumedBy} already`;
    return this.#illegal(call, `the body was ${how}`);
  }

  /** The error for a call that the body does not allow: of its own request, whatever the session has turned to. */
  #illegal(call: string, reason: string): HTTPSessionError {
    const core = this.#core;
    if (this.#turn === core.turn) return core.illegal(call, reason);
    const error = new InvalidStateError(call, core.state, reason);
    return testify(core, error, core.endedBy, { request: this.#request, replay: 'unknown' });
  }

  /** The rest of the body. */
  collect(call: string, maxBytes: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.start(call, new CollectConsumer(this.reader, maxBytes, resolve, reject));
    });
  }

  /** A call that was wrong. */
  misused(error: unknown): Promise<never> {
    return misuse(error, this.#core.id);
  }

  /** The content as JSON. @throws RemoteProtocolError. It does not quote the content, which may be a secret. */
  parse(bytes: Buffer): unknown {
    try {
      return JSON.parse(textOf(bytes)) as unknown;
    } catch (error) {
      const place = / at position \d+/.exec((error as Error).message)?.[0] ?? '';
      const text = `body: malformed JSON${place}`;
      throw testify(this.#core, new RemoteProtocolError(text, 'ERR_HTTP_SESSION_BAD_JSON', 400));
    }
  }

  #nextAbortably(
    call: string,
    signal: AbortSignal,
    resolve: (piece: Buffer | null) => void,
    reject: (error: HTTPSessionError) => void,
  ): void {
    const consumer = new PieceConsumer(
      this,
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
    this.start(call, consumer);
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
    if (this.#consumer !== null) {
      consumer.fail(this.#illegal(call, 'the body is being read'));
      return;
    }
    if (this.#error !== null) {
      consumer.fail(this.#error);
      return;
    }
    if (this.#isGone) {
      consumer.fail(this.#illegal(call, 'the body was thrown away'));
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
      this.#break(error);
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
    if (!isSatisfied) this.#finish(consumer);
    if (isComplete) this.#owner.bodyCompleted();
    else this.#owner.bodyReleased();
  }

  #finish(consumer: BodyConsumer): void {
    if (this.reader !== NO_BODY && this.#consumedBy === '') this.#consumedBy = this.#call;
    consumer.finish();
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
