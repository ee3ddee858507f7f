import type { Writable } from 'node:stream';

import { createBodyWriter, type BodyWriter, type MessageHeader } from '../../protocol/index.js';
import { pieceWritable } from '../../streams/bridges.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';

/** Up to this many bytes a body is joined to its head as text: one string and one write. */
const AS_TEXT = 4_096;

/** What a client request has to know of the exchange it belongs to. */
export interface RequestBodyOwner {
  /** The request is complete. */
  requestCompleted(): void;
}

/**
 * The body of a request that is being sent; the head leaves together with the first piece. POCO: the stream that
 * `sendRequest` returns.
 */
export class RequestBody {
  readonly #core: SessionCore;
  readonly #owner: RequestBodyOwner;
  readonly #transport: SessionCore['transport'];
  readonly #number: number;
  readonly #writer: BodyWriter;
  #head: string;

  /** @internal */
  constructor(core: SessionCore, owner: RequestBodyOwner, head: string, bodyLength: number) {
    this.#core = core;
    this.#owner = owner;
    this.#transport = core.transport;
    this.#number = core.requestNumber;
    this.#head = head;
    this.#writer = createBodyWriter(bodyLength);
  }

  /** Whether its request is the one in progress. Each connection counts its requests from 1. */
  get isCurrent(): boolean {
    return this.#transport === this.#core.transport && this.#number === this.#core.requestNumber;
  }

  /** Whether the request is complete, or its rest is not wanted any more because the server has answered. */
  get finished(): boolean {
    return !this.isCurrent || !this.#core.exchange.tags.has('requesting');
  }

  /**
   * Sends one piece. Resolves once the socket is ready for more.
   *
   * @throws LocalProtocolError when the body gets longer than declared; InvalidStateError when the request is
   * complete; NetworkError, TimeoutError (`send`), AbortedError when the connection is lost.
   */
  async write(piece: string | Uint8Array): Promise<void> {
    this.#permit('write()');
    this.#core.limitQueue();
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
    const encoded = this.#writer.encode(bytes);
    this.flush();
    const { tags } = this.#core.exchange;
    if (tags.has('replayable') || tags.has('continued')) this.#core.advance(EXCHANGE.requestStream);
    let isFree = true;
    for (const part of encoded instanceof Uint8Array ? [encoded] : encoded) {
      if (part.length > 0) isFree = this.#core.writeBytes(part);
    }
    if (!isFree) await this.#core.drained();
  }

  /** Completes the request. @throws LocalProtocolError when the body is shorter than declared. */
  async end(piece?: string | Uint8Array, trailer?: MessageHeader): Promise<void> {
    if (piece !== undefined && piece.length > 0) await this.write(piece);
    this.#permit('end()');
    const last = this.#writer.finish(trailer) ?? '';
    const text = this.#head + last;
    this.#head = '';
    if (text !== '') this.#core.writeText(text);
    this.#core.advance(EXCHANGE.requestEnd);
    this.#owner.requestCompleted();
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
    if (exception !== null && this.#number === this.#core.requestNumber) throw exception;
    throw this.#core.illegal(call);
  }
}

/** Sends a whole request, the body together with the head. A string has one byte per character. */
export function sendWhole(
  core: SessionCore,
  owner: RequestBodyOwner,
  head: string,
  body: string | Uint8Array,
): void {
  if (typeof body === 'string') core.writeText(head + body);
  else if (body.length <= AS_TEXT) {
    core.writeText(head + Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'));
  } else {
    core.writeText(head);
    core.writeBytes(body);
  }
  core.advance(EXCHANGE.requestEnd);
  owner.requestCompleted();
}
