import type { Writable } from 'node:stream';

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
import type { ClientExchange } from './client-exchange.js';

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
   * Sends one piece. Resolves once the socket is ready for more.
   *
   * @throws LocalProtocolError when the body gets longer than declared; InvalidStateError when the request is
   * complete; NetworkError, TimeoutError (`send`), AbortedError when the connection is lost; TypeError for what is neither
   * a string nor bytes.
   */
  async write(piece: BodyContent): Promise<void> {
    const bytes = bytesOf(piece, 'write()');
    this.#permit('write()');
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
    if (!isFree) await this.#core.drained();
  }

  /** Completes the request. @throws LocalProtocolError when the body is shorter than declared. */
  async end(piece?: BodyContent, trailer?: MessageHeader): Promise<void> {
    const bytes = piece === undefined ? null : bytesOf(piece, 'end()');
    if (bytes !== null && bytes.length > 0) await this.write(bytes);
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

  /** The body as a Node.js stream to write to; back-pressure is the socket's. */
  stream(): Writable {
    return pieceWritable(
      (piece) => this.write(piece),
      () => this.end(),
    );
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
    const { tags } = this.#core.exchange;
    const isRefused = tags.has('finishing') && !tags.has('unanswered');
    return isRefused ? 'the server has refused the rest of the request' : 'the request is complete';
  }
}
