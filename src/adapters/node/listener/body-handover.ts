import type { HTTPSessionError } from '../../../errors/index.js';
import type { BodyReader, ReceiveBuffer } from '../../../protocol/index.js';
import {
  feedOf,
  nextPiece,
  type BodyConsumer,
  type BodyFeed,
  type HTTPServerRequest,
  type RawResponse,
} from '../../../session/index.js';
import type { SessionIncoming } from './incoming.js';

/** Ends a message whose body cannot be had. */
type LoseIncoming = (incoming: SessionIncoming, cause: Error) => void;

/** Hands the body of a request to its incoming message, a piece whenever that asks for one; the message holds it back. */
export class BodyHandover implements BodyConsumer {
  readonly #incoming: SessionIncoming;
  readonly #request: HTTPServerRequest;
  readonly #feed: BodyFeed;
  readonly #lose: LoseIncoming;
  #isAsking = false;
  #isDiscarded = false;

  constructor(incoming: SessionIncoming, request: HTTPServerRequest, lose: LoseIncoming) {
    this.#incoming = incoming;
    this.#lose = lose;
    this.#request = request;
    this.#feed = feedOf(request.body);
    // A message that is full comes back for more: until then, nothing else may take the rest.
    this.#feed.isHeld = true;
  }

  ask(): void {
    if (this.#isAsking || this.#isDiscarded) return;
    this.#isAsking = true;
    this.#feed.pull('read()', this);
  }

  /** Listeners of the message find the session in its new state, and may do to it what they like. */
  takeFrom(reader: BodyReader, buffer: ReceiveBuffer): boolean {
    const piece = nextPiece(this.#feed, reader, buffer);
    if (piece === undefined) return false;
    process.nextTick(hand, this, piece);
    return true;
  }

  finish(): void {
    process.nextTick(hand, this, null);
  }

  /** In the same turn as the response, which is lost with it, and in front of that, as in node:http. */
  fail(error: HTTPSessionError): void {
    queueMicrotask(() => {
      this.#lose(this.#incoming, error);
    });
  }

  /** The message wants nothing any more; what is left stays unread. */
  stop(): void {
    this.#feed.isHeld = false;
    this.#feed.withdraw(this);
  }

  /** Nothing reads the body: its session throws it away, within bounds, and the message ends with it. */
  discard(response: RawResponse): void {
    if (this.#isDiscarded) return;
    this.#isDiscarded = true;
    this.#feed.isHeld = false;
    response.leaveRequest((isComplete) => {
      // As in node:http, no event says that the connection ends before all of an unread body has come.
      if (isComplete && !this.#incoming.destroyed) this.#end();
    });
  }

  /** A piece of the body, or its end. */
  hand(piece: Buffer | null): void {
    const incoming = this.#incoming;
    this.#isAsking = false;
    if (incoming.destroyed) return;
    if (piece !== null) incoming.push(piece);
    if (this.#feed.reader.complete && !incoming.complete) this.#end();
  }

  #end(): void {
    const incoming = this.#incoming;
    const lines = this.#request.body.trailer?.toList() ?? [];
    incoming.complete = true;
    incoming._addHeaderLines(lines, lines.length);
    incoming.push(null);
  }
}

function hand(handover: BodyHandover, piece: Buffer | null): void {
  handover.hand(piece);
}
