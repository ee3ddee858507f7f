import { HTTPResponse } from '../../../src/protocol/index.js';
import type { Duplex } from 'node:stream';

import type { Opening, SessionOpener } from '../../../src/client/pool/session-opener.js';
import type { PooledSession } from '../../../src/client/pool/pooled-session.js';
import { Place } from '../../../src/client/pool/place.js';
import { AbortedError, NoMessageError, type EndedBy } from '../../../src/errors/index.js';
import type {
  HTTPClientResponse,
  PreparedRequest,
  RequestTaker,
  SessionHolder,
} from '../../../src/session/index.js';

/*
 * Sessions without a socket: a schedule decides what their server and their network do. They report to their holder and
 * to their taker in the order in which `HTTPClientSession` does.
 */

let lastId = 0;

/** What a schedule holds a pool to: called with what was broken. */
export type Complain = (what: string) => void;

/** A session that is played. */
export class FakeSession implements PooledSession {
  readonly id = ++lastId;
  endedBy: EndedBy | null = null;
  holder: SessionHolder | null = null;
  /** What the server has done to the connection lies in the kernel; nothing has read it yet. */
  hasUnseenEnd = false;
  wasUsed = false;
  /** It has just been opened: nothing can have arrived on it. */
  isNew = true;
  isUnread = false;
  isAnswered = false;
  taker: RequestTaker | null = null;
  request: PreparedRequest | null = null;
  /** Whether its socket keeps the process alive. */
  isHeld = true;
  #isReserved = false;
  #listening: ((isReserved: boolean) => void) | null = null;
  readonly #complain: Complain;
  readonly #socket = {
    ref: () => {
      this.isHeld = true;
    },
    unref: () => {
      this.isHeld = false;
    },
  } as unknown as Duplex;

  constructor(complain: Complain) {
    this.#complain = complain;
  }

  get available(): boolean {
    return this.endedBy === null && this.taker === null && !this.isReserved;
  }

  get isReserved(): boolean {
    return this.#isReserved || this.#listening !== null;
  }

  get isListening(): boolean {
    return this.#listening !== null;
  }

  get isBusy(): boolean {
    return this.taker !== null;
  }

  // ---- what a pool calls -------------------------------------------------------------------------------------------

  reserve(settled: (isReserved: boolean) => void): void {
    const place = this.holder;
    if (!this.available) this.#complain('a session was reserved that was not available');
    if (place instanceof Place) {
      const [first, waiter] = [place.pool.oldest, place.waiter];
      if (first !== null && waiter !== null && first.sequence < waiter.sequence) {
        this.#complain('a call was served before one that has waited longer');
      }
    }
    if (this.wasUsed || !this.isNew) {
      this.#listening = settled;
      return;
    }
    this.#isReserved = true;
    settled(true);
  }

  release(): void {
    const settled = this.#listening;
    this.#isReserved = false;
    this.#listening = null;
    settled?.(false);
  }

  setHolder(holder: SessionHolder | null): void {
    this.holder = holder;
  }

  setKeepAliveTimeout(): void {
    // Nothing passes by itself.
  }

  socket(): Duplex | null {
    return this.endedBy === null ? this.#socket : null;
  }

  close(): void {
    this.#end('local');
  }

  dispose(): void {
    this.#end('local');
  }

  startRequest(request: PreparedRequest, taker: RequestTaker): void {
    if (!this.#isReserved) this.#complain('a request was sent on a session that was not reserved');
    if (this.isBusy) this.#complain('two exchanges on one session');
    if (this.endedBy !== null || this.hasUnseenEnd) {
      this.#complain('a request was sent on a connection that had ended');
    }
    if (!this.isHeld) this.#complain('a request was sent on a socket that lets the process end');
    this.#isReserved = false;
    this.taker = taker;
    this.request = request;
    this.isAnswered = false;
  }

  // ---- what a schedule does ----------------------------------------------------------------------------------------

  /** The turn of listening is over. */
  listened(): void {
    const settled = this.#listening;
    if (settled === null) return;
    if (this.hasUnseenEnd) this.seen();
    this.#listening = null;
    this.#isReserved = this.endedBy === null;
    settled(this.#isReserved);
  }

  /** The head of the response arrives; with `isWhole`, all of it. */
  answer(isWhole: boolean): void {
    const { taker } = this;
    if (taker === null || this.isAnswered) return;
    this.isAnswered = true;
    taker.responded(responseOf());
    // What hears of the response may have ended the session.
    if (this.taker !== taker) return;
    if (isWhole) this.complete();
    else {
      this.isUnread = true;
      this.holder?.responseUnread(this as never);
    }
  }

  readBody(): void {
    if (!this.isUnread) return;
    this.isUnread = false;
    this.holder?.bodyRead(this as never);
  }

  /** The response is complete. */
  complete(): void {
    const { taker } = this;
    if (taker === null) return;
    this.readBody();
    this.taker = null;
    this.wasUsed = true;
    taker.over();
    if (this.endedBy === null) this.holder?.sessionAvailable(this as never);
  }

  /** What lies in the kernel is read: the connection has ended. */
  seen(): void {
    if (this.endedBy !== null) return;
    const isReplayable = this.wasUsed && !this.isAnswered;
    this.#fail('fin', new NoMessageError(), isReplayable);
  }

  /** A timeout, or an abort of the request, ends the connection. */
  cutOff(endedBy: 'timeout' | 'local'): void {
    if (this.endedBy === null) this.#fail(endedBy, new AbortedError('the request was aborted'), false);
  }

  #end(endedBy: EndedBy): void {
    if (this.endedBy === null) this.#fail(endedBy, new AbortedError('the session was closed'), false);
  }

  #fail(endedBy: EndedBy, error: Error, isReplayable: boolean): void {
    this.endedBy = endedBy;
    this.#isReserved = false;
    const { taker, isAnswered } = this;
    this.taker = null;
    if (isAnswered) taker?.over();
    else taker?.failed(error, isReplayable);
    this.holder?.sessionEnded(this as never);
  }
}

function responseOf(): HTTPClientResponse {
  return { status: 200, message: new HTTPResponse(200), url: null } as unknown as HTTPClientResponse;
}

/** Opens such sessions when a schedule says so. */
export class FakeOpener implements SessionOpener {
  readonly pending = new Set<Opening>();
  readonly sessions: FakeSession[] = [];
  readonly #complain: Complain;

  constructor(complain: Complain) {
    this.#complain = complain;
  }

  open(opening: Opening): () => void {
    this.pending.add(opening);
    return () => {
      this.pending.delete(opening);
    };
  }

  /** The server accepts a connection. */
  accept(opening: Opening): void {
    if (!this.pending.delete(opening)) return;
    const session = new FakeSession(this.#complain);
    this.sessions.push(session);
    opening.opened(session);
    session.isNew = false;
  }
}
