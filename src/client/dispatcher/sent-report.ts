import type { DispatchHandler } from './dispatch-handler.js';

/** Reports to a handler what of its request was sent. */
export class SentReport {
  readonly #handler: DispatchHandler;
  /** Ends the request with what a callback has thrown. */
  readonly #abort: (reason: unknown) => void;
  /** Whether the body ends by itself. */
  #isInPieces = false;
  #isOver = false;

  constructor(handler: DispatchHandler, abort: (reason: unknown) => void) {
    this.#handler = handler;
    this.#abort = abort;
  }

  /** The report for a handler; `null` for one that does not want any. */
  static for(handler: DispatchHandler, abort: (reason: unknown) => void): SentReport | null {
    if (handler.onBodySent === undefined && handler.onRequestSent === undefined) return null;
    return new SentReport(handler, abort);
  }

  /** The body with a report of each piece, once the socket has taken it, and of the end. */
  pieces<TPiece>(body: AsyncIterable<TPiece> | Iterable<TPiece>): AsyncIterableIterator<TPiece> {
    this.#isInPieces = true;
    return new ReportedPieces(body, this);
  }

  /** The server has answered: what was known whole has been sent. */
  answered(): void {
    if (!this.#isInPieces) this.over();
  }

  /** A body that is known whole was handed to the socket. */
  whole(body: unknown): void {
    if (this.#isOver) return;
    this.piece(typeof body === 'string' ? Buffer.from(body) : body);
    this.over();
  }

  /** The request is complete. */
  over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#call(() => this.#handler.onRequestSent?.());
  }

  /** The socket has taken a piece. */
  piece(piece: unknown): void {
    this.#call(() => this.#handler.onBodySent?.(piece));
  }

  #call(callback: () => unknown): void {
    try {
      callback();
    } catch (error) {
      this.#abort(error);
    }
  }
}

/** The pieces of a body, each reported when the next one is asked for. */
class ReportedPieces<TPiece> implements AsyncIterableIterator<TPiece> {
  readonly #body: AsyncIterable<TPiece> | Iterable<TPiece>;
  readonly #report: SentReport;
  readonly #iterator: AsyncIterator<TPiece> | Iterator<TPiece>;
  #sent: TPiece | undefined = undefined;

  constructor(body: AsyncIterable<TPiece> | Iterable<TPiece>, report: SentReport) {
    this.#body = body;
    this.#report = report;
    this.#iterator = Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]();
  }

  async next(): Promise<IteratorResult<TPiece, undefined>> {
    if (this.#sent !== undefined) this.#report.piece(this.#sent);
    const next = await this.#iterator.next();
    if (next.done === true) {
      this.#sent = undefined;
      this.#report.over();
      return { done: true, value: undefined };
    }
    this.#sent = next.value;
    return next;
  }

  /** An iterator that was not asked for a piece yet lets go of nothing. */
  async return(): Promise<IteratorResult<TPiece, undefined>> {
    (this.#body as { destroy?: () => void }).destroy?.();
    await this.#iterator.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
