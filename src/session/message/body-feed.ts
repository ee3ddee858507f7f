import {
  AbortedError,
  HTTPSessionError,
  InvalidStateError,
  type RequestReference,
} from '../../errors/index.js';
import type { BodyReader } from '../../protocol/index.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';
import type { WaitingReader } from '../core/role.js';
import {
  abortablePiece,
  DiscardConsumer,
  NO_BODY,
  PieceConsumer,
  type BodyConsumer,
  type PieceSizes,
  type Reject,
  type ResolvePiece,
} from './body-consumers.js';
import type { BodyOwner } from './body-owner.js';

/** The session's side of a body: takes the bytes, and serves one consumer at a time. Users have the body in front of it. */
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
  /** A consumer that pauses comes back: what is left is its, also when the response is complete. */
  isHeld = false;

  constructor(core: SessionCore, owner: BodyOwner, reader: BodyReader) {
    this.#core = core;
    this.#owner = owner;
    this.#turn = core.turn;
    this.#request = { number: core.requestNumber, method: core.requestMethod, target: core.requestTarget };
    this.reader = reader;
  }

  /** Whether a consumer waits for the body at this moment, or will come back to it. */
  get isBeingRead(): boolean {
    return this.#consumer !== null || this.isHeld;
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
    return this.#illegal(call, `the body was ${how}`);
  }

  /** The error for a call that the body does not allow: of its own request, whatever the session has turned to. */
  #illegal(call: string, reason: string): HTTPSessionError {
    const core = this.#core;
    if (this.#turn === core.turn) return core.illegal(call, reason);
    const error = new InvalidStateError(call, core.state, reason);
    return testify(core, error, core.endedBy, { request: this.#request, replay: 'unknown' });
  }

  #nextAbortably(call: string, signal: AbortSignal, resolve: ResolvePiece, reject: Reject): void {
    const abort = (): void => {
      this.withdraw(consumer);
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
    let whole = this.reader.takeChunk?.(buffer);
    if (whole === undefined) {
      whole = Buffer.allocUnsafe(remaining);
      this.reader.readInto(buffer, whole, 0);
    }
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

  /** The next piece for a consumer, or the end; refused where the end was reported already. */
  pull(call: string, consumer: BodyConsumer): void {
    const refusal = this.consumedAlready(call);
    if (refusal === null) this.start(call, consumer);
    else consumer.fail(refusal);
  }

  /** The consumer wants nothing any more; what is left stays unread. */
  withdraw(consumer: BodyConsumer): void {
    if (this.#consumer !== consumer) return;
    this.#leave();
    this.#owner.bodyReleased();
  }

  #refusal(call: string): HTTPSessionError | null {
    if (this.#consumer !== null) return this.#illegal(call, 'the body is being read');
    if (this.#error !== null) return this.#error;
    return this.#isGone ? this.#illegal(call, 'the body was thrown away') : null;
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

  roomAhead(): Buffer | null {
    return this.#consumer?.roomAhead?.() ?? null;
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
      isSatisfied = consumer.takeFrom(this.reader, this.#core.buffer);
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
