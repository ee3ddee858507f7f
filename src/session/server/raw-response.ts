import type { HTTPSessionError } from '../../errors/index.js';
import { NO_BYTES } from '../../transport/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';
import type { ServerLoop } from './server-loop.js';

/**
 * A response whose head and framing another formatter writes, such as that of node:http: it takes text and bytes as they
 * are, and keeps the edges of the exchange chart. Nothing is sent once the response is complete or lost.
 */
export class RawResponse {
  readonly #core: SessionCore;
  readonly #owner: ServerLoop;
  readonly #turn: number;
  /** Whether the body is sent in chunks, as far as the head says. */
  isChunked = false;
  #isComplete = false;
  /** Is called once when the response cannot be delivered any more; the session is in its new state by then. */
  onLost: ((error: Error | null) => void) | null = null;

  constructor(core: SessionCore, owner: ServerLoop) {
    this.#core = core;
    this.#owner = owner;
    this.#turn = core.turn;
  }

  /** Whether the response can still be written to. */
  get isOpen(): boolean {
    return this.#turn === this.#core.turn && this.#core.exchange.tags.has('responding');
  }

  /** Whether the connection ends with this exchange if its response begins now: also with a body that was not asked for. */
  get isFinishing(): boolean {
    const { tags } = this.#core.exchange;
    return tags.has('finishing') || tags.has('awaitingContinue');
  }

  /** Whether more of the request is unread than is discarded, so that the connection ends with a complete response. */
  get abandonsRequest(): boolean {
    return this.#owner.abandonsRequest;
  }

  /** Whether the head was not sent. */
  get isUnanswered(): boolean {
    return this.isOpen && this.#core.exchange.tags.has('unanswered');
  }

  /** Sends an interim response. */
  interim(head: string): void {
    const core = this.#core;
    if (!this.isUnanswered) return;
    const isContinue = core.exchange.tags.has('awaitingContinue') && head.startsWith('HTTP/1.1 100');
    if (!core.advance(isContinue ? EXCHANGE.responseContinue : EXCHANGE.responseInterim)) return;
    core.limitQueue();
    core.writeText(head);
    // The client waits for it.
    core.flush();
  }

  /**
   * The head is about to be written, with the first piece.
   *
   * @param isLast - Whether the connection ends with the response.
   */
  begin(status: number, isLast: boolean, isChunked: boolean): void {
    const core = this.#core;
    if (!this.isUnanswered) return;
    if (isLast) core.advance(EXCHANGE.connectionClose);
    if (!core.advance(EXCHANGE.responseHead)) return;
    core.responseStatus = status;
    this.isChunked = isChunked;
  }

  /** Whether the connection was lost before the response was complete. */
  get isLost(): boolean {
    return !this.#isComplete && !this.isOpen;
  }

  /** Gives the connection up when too much is queued; called where the peer has had time to take some of it. */
  limitQueue(): void {
    if (this.isOpen) this.#core.limitQueue();
  }

  /** Writes text of one byte per character; `false` when the socket asks to be left alone until it has drained. */
  text(text: string): boolean {
    if (!this.isOpen) return false;
    const isFree = this.#core.joinText(text);
    this.#core.leaveWithTurn();
    return isFree;
  }

  /** Writes bytes, with text in front of them; `false` as above. */
  bytes(before: string, bytes: Uint8Array): boolean {
    if (!this.isOpen) return false;
    const isFree = this.#core.joinPiece(before, bytes, '');
    this.#core.leaveWithTurn();
    return isFree;
  }

  /** Hands what was written to the socket, unless answers to pipelined requests are being joined. */
  flush(): void {
    if (this.isOpen && !this.#core.isJoining) this.#core.flush();
  }

  /** Hands what was written to the socket, also answers that are being joined: this side is about to destroy it. */
  flushNow(): void {
    if (this.#turn === this.#core.turn) this.#core.flush();
  }

  /** Whether the socket asks to be left alone until it has drained. */
  get isBlocked(): boolean {
    return this.#core.isBlocked;
  }

  /** Resolves when the socket takes more; rejects when the connection is lost. */
  drained(): Promise<void> {
    return this.#core.drained();
  }

  /** The response is complete. */
  end(): void {
    const core = this.#core;
    if (!this.isOpen || !core.advance(EXCHANGE.responseEnd)) return;
    this.#isComplete = true;
    core.answered++;
    this.#owner.responseCompleted();
  }

  /**
   * The handler will not read the rest of the request: it is discarded within bounds, beyond which the connection ends.
   *
   * @param ended - is called with whether that was all of it.
   */
  leaveRequest(ended: (isComplete: boolean) => void): void {
    const core = this.#core;
    if (this.#turn === core.turn && core.exchange.tags.has('requesting')) this.#owner.discardRequest(ended);
    else ended(false);
  }

  /** Refuses the request with a status; its connection ends. */
  refuse(error: HTTPSessionError, status: number): void {
    if (this.isUnanswered) this.#owner.refuse(error, status);
  }

  /**
   * The rest of the request cannot be had, and a part of the response was sent. As its formatter is not told in a way that
   * ends the response, the connection ends, with a reset that the client cannot take for the end of the body.
   */
  breakOff(error: HTTPSessionError): void {
    const core = this.#core;
    const socket = core.transport?.socket;
    if (!this.isOpen || this.isUnanswered || socket === undefined) return;
    const { refusalTaker } = this.#owner.settings;
    // The client is to see how far the response got.
    core.flush();
    core.giveUp(error, core.endedBy ?? 'parse');
    if (refusalTaker?.wants(error) === true) refusalTaker.take(socket, error, NO_BYTES);
  }
}
