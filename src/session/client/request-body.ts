import type { Writable } from 'node:stream';

import { AbortedError } from '../../errors/index.js';
import {
  contentOf,
  createBodyWriter,
  type BodyContent,
  type BodyWriter,
  type MessageHeader,
} from '../../protocol/index.js';
import { PieceWritable } from '../../streams/bridges.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';
import { misuse, quietly } from '../core/unheard.js';
import type { ClientExchange } from './client-exchange.js';

/** The socket has taken everything at once, and is ready for more. */
const TAKEN = Promise.resolve();

/**
 * The body of a request that is being sent; the head leaves together with the first piece.
 *
 * POCO: the stream that `sendRequest` returns.
 *
 * @example
 * ```ts
 * const request = new HTTPRequest('POST', '/upload');
 * request.setChunkedTransferEncoding(true);
 * const body = await session.sendRequest(request);
 * await body.write('the first piece, ');
 * await body.end('the last one');
 * const response = await session.receiveResponse();
 * ```
 */
export class RequestBody {
  readonly #core: SessionCore;
  readonly #exchange: ClientExchange;
  readonly #turn: number;
  readonly #writer: BodyWriter;
  #head: string;

  /** @internal */
  constructor(core: SessionCore, exchange: ClientExchange, head: string, bodyLength: number) {
    this.#core = core;
    this.#exchange = exchange;
    this.#turn = core.turn;
    this.#head = head;
    this.#writer = createBodyWriter(bodyLength);
  }

  /** Whether its request is the last one of a connection that is still there. */
  get isCurrent(): boolean {
    return this.#turn === this.#core.turn && this.#core.transport !== null;
  }

  /** Whether the request is complete, or its rest is not wanted any more because the server has answered. */
  get finished(): boolean {
    return !this.isCurrent || !this.#core.exchange.tags.has('requesting');
  }

  /**
   * Writes one piece. What one turn of the event loop writes leaves in one write, the head with it; `flush` sends it
   * sooner. Resolves once the socket is ready for more; then you may change the bytes of the piece. A string is UTF-8; of
   * other bytes all are sent.
   *
   * You need not await it: a promise that rejects because the connection is lost does not end the process. A wrong call
   * that is not awaited is reported as a fault.
   *
   * @throws TypeError for what is neither text nor bytes; LocalProtocolError when the body gets longer than declared;
   * InvalidStateError when the request is complete; NetworkError, TimeoutError (`send`), AbortedError when the connection
   * is lost.
   */
  write(piece: BodyContent): Promise<void> {
    try {
      return this.joinPiece(piece) ? TAKEN : quietly(this.#core.drained());
    } catch (error) {
      return this.#rejection(error);
    }
  }

  /** What `write` does, whether the socket takes more; throws what that rejects with. @internal */
  joinPiece(piece: BodyContent): boolean {
    const content = contentOf(piece, 'write()');
    this.#permit('write()');
    const before = this.#begin(content);
    const isFree = this.#join(before, content, '');
    // What follows in this turn leaves with it.
    this.#core.leaveWithTurn();
    this.#exchange.pieceSent(content.length);
    return isFree;
  }

  /** Counts a piece that is about to be joined, and returns the text in front of it. */
  #begin(content: Uint8Array | string): string {
    this.#core.limitQueue();
    return content.length === 0 ? '' : this.#writer.begin(content.length);
  }

  /** Joins the head, a piece, and the end of the body if it is known. */
  #join(before: string, content: Uint8Array | string, last: string): boolean {
    const core = this.#core;
    const { tags } = core.exchange;
    if (tags.has('replayable') || tags.has('continued')) core.advance(EXCHANGE.requestStream);
    const text = this.#takeHead() + before;
    if (content.length > 0) return core.joinPiece(text, content, this.#writer.after + last);
    // What adds nothing to the body has nothing to wait for.
    core.joinText(text + last);
    return true;
  }

  #takeHead(): string {
    const head = this.#head;
    this.#head = '';
    return head;
  }

  #rejection(error: unknown): Promise<never> {
    const isOfServer = !this.isCurrent || this.#isAnswered;
    return isOfServer ? quietly(Promise.reject(error as Error)) : misuse(error, this.#core.id);
  }

  /**
   * Completes the request; a last piece leaves together with the end.
   *
   * @throws what `write` throws; LocalProtocolError when the body is shorter than declared.
   */
  end(piece: BodyContent = '', trailer?: MessageHeader): Promise<void> {
    try {
      return this.joinEnd(piece, trailer) ? TAKEN : quietly(this.#core.drained());
    } catch (error) {
      return this.#rejection(error);
    }
  }

  /** What `end` does, whether the socket takes more; throws what that rejects with. @internal */
  joinEnd(piece: BodyContent = '', trailer?: MessageHeader): boolean {
    const content = contentOf(piece, 'end()');
    this.#permit('end()');
    const core = this.#core;
    const isFree = content.length === 0 ? this.#joinLast(trailer) : this.#joinLastPiece(content, trailer);
    this.#exchange.noteSent(content.length);
    core.advance(EXCHANGE.requestEnd);
    core.flush();
    this.#exchange.requestCompleted();
    return isFree;
  }

  #joinLast(trailer: MessageHeader | undefined): boolean {
    const last = this.#writer.finish(trailer) ?? '';
    const text = this.#takeHead() + last;
    return text === '' || this.#core.joinText(text);
  }

  #joinLastPiece(content: Uint8Array | string, trailer: MessageHeader | undefined): boolean {
    const before = this.#begin(content);
    let last: string;
    try {
      last = this.#writer.finish(trailer) ?? '';
    } catch (error) {
      // The piece counts all the same, as with `write`.
      this.#join(before, content, '');
      this.#core.leaveWithTurn();
      throw error;
    }
    return this.#join(before, content, last);
  }

  /**
   * Sends now what was written, the head first. Otherwise it leaves at the end of this turn of the event loop, or when the
   * request is complete. POCO: `flushRequest`.
   */
  flush(): void {
    if (!this.isCurrent) return;
    this.joinHead();
    this.#core.flush();
  }

  /** Lets the head leave with this turn of the event loop, if it was not sent yet. @internal */
  joinHead(): void {
    if (this.#head === '') return;
    this.#core.joinText(this.#takeHead());
    this.#core.leaveWithTurn();
  }

  /**
   * The body as a Node.js stream to write to; back-pressure is the socket's.
   *
   * `destroy()` before its end is the end of the exchange: the connection is reset, and a pending response rejects with an
   * AbortedError whose cause is the error given.
   */
  stream(): Writable {
    return new PieceWritable(
      (piece) => (this.#isAnswered ? this.#refuseRest() : this.write(piece)),
      () => (this.#isAnswered ? this.#refuseRest() : this.end()),
      (error) => {
        this.#abandon(error);
      },
    );
  }

  /** Whether the server has answered before the request was complete, and wants no more of it. */
  get #isAnswered(): boolean {
    return this.isCurrent && this.finished && !this.#core.exchange.tags.has('unanswered');
  }

  /** An end of the stream that is no mistake of the one who writes. */
  #refuseRest(): Promise<never> {
    return Promise.reject(
      testify(this.#core, new AbortedError('the server has answered, and wants no more of the body')),
    );
  }

  #abandon(cause: Error | null): void {
    if (this.finished) return;
    const core = this.#core;
    const exception = new AbortedError(
      'the request body was destroyed before its end',
      cause === null ? {} : { cause },
    );
    core.notify({ type: 'exception.set', exception: testify(core, exception, 'local') });
    core.notify({ type: 'session.abort' });
  }

  #permit(call: string): void {
    if (!this.finished) return;
    const { exception } = this.#core;
    if (exception !== null && this.#turn === this.#core.turn) throw exception;
    throw this.#core.illegal(call, this.#reason);
  }

  get #reason(): string {
    if (this.#turn !== this.#core.turn) return 'another request has followed';
    if (!this.isCurrent) return 'the connection is gone';
    return this.#isAnswered ? 'the server has answered' : 'the request is complete';
  }
}
