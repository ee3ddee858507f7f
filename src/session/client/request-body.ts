import type { Writable } from 'node:stream';

import { AbortedError } from '../../errors/index.js';
import {
  bytesOf,
  createBodyWriter,
  type BodyContent,
  type BodyWriter,
  type MessageHeader,
} from '../../protocol/index.js';
import { pieceWritable } from '../../streams/bridges.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';
import { misuse, quietly } from '../core/unheard.js';
import type { ClientExchange } from './client-exchange.js';

const NOTHING = new Uint8Array();

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
   * Sends one piece. Resolves once the socket is ready for more. A string is UTF-8; of other bytes all are sent.
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
      return this.#write(piece, 'write()') ? TAKEN : quietly(this.#core.drained());
    } catch (error) {
      return this.#rejection(error);
    }
  }

  /** Whether the socket takes more. */
  #write(piece: BodyContent, call: string): boolean {
    const bytes = bytesOf(piece, call);
    this.#permit(call);
    this.#core.limitQueue();
    const encoded = this.#writer.encode(bytes);
    this.flush();
    const { tags } = this.#core.exchange;
    if (tags.has('replayable') || tags.has('continued')) this.#core.advance(EXCHANGE.requestStream);
    let isFree = true;
    for (const part of encoded instanceof Uint8Array ? [encoded] : encoded) {
      if (part.length > 0) isFree = this.#core.writeBytes(part);
    }
    this.#exchange.pieceSent();
    return isFree;
  }

  #rejection(error: unknown): Promise<never> {
    const isOfServer = !this.isCurrent || this.#isAnswered;
    return isOfServer ? quietly(Promise.reject(error as Error)) : misuse(error, this.#core.id);
  }

  /**
   * Completes the request.
   *
   * @throws what `write` throws; LocalProtocolError when the body is shorter than declared.
   */
  end(piece?: BodyContent, trailer?: MessageHeader): Promise<void> {
    try {
      const bytes = piece === undefined ? NOTHING : bytesOf(piece, 'end()');
      if (bytes.length === 0 || this.#write(bytes, 'end()')) {
        this.#end(trailer);
        return TAKEN;
      }
    } catch (error) {
      return this.#rejection(error);
    }
    return quietly(
      this.#core.drained().then(() => {
        this.#end(trailer);
      }),
    );
  }

  #end(trailer: MessageHeader | undefined): void {
    this.#permit('end()');
    const last = this.#writer.finish(trailer) ?? '';
    const text = this.#head + last;
    this.#head = '';
    if (text !== '') this.#core.writeText(text);
    this.#core.advance(EXCHANGE.requestEnd);
    this.#exchange.requestCompleted();
  }

  /** Sends the head now, if it was not sent yet. POCO: `flushRequest`. */
  flush(): void {
    if (this.#head === '') return;
    const head = this.#head;
    this.#head = '';
    this.#core.writeText(head);
  }

  /**
   * The body as a Node.js stream to write to; back-pressure is the socket's.
   *
   * `destroy()` before its end is the end of the exchange: the connection is reset, and a pending response rejects with an
   * AbortedError whose cause is the error given.
   */
  stream(): Writable {
    return pieceWritable(
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
