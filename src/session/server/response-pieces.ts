import {
  CHUNKED,
  createBodyWriter,
  UNTIL_CLOSE,
  type BodyWriter,
  type HTTPResponse,
  type MessageHeader,
} from '../../protocol/index.js';
import type { SessionCore } from '../core/session-core.js';
import { testified } from '../core/testify.js';
import { pieceResponseFraming } from './response-head.js';

/** The body of a response that comes in pieces. Nothing of it is sent here; errors testify to where they happened. */
export class ResponsePieces {
  readonly #core: SessionCore;
  readonly #writer: BodyWriter;
  readonly #isBodiless: boolean;
  /** The field line that the head still needs; mostly empty. */
  readonly line: string;
  /** Whether only the end of the connection ends the body. */
  readonly endsWithConnection: boolean;
  /** Whether it is sent in chunks. */
  readonly isChunked: boolean;

  /** @throws LocalProtocolError for framing that the message cannot have. */
  constructor(core: SessionCore, message: HTTPResponse, isBodiless: boolean, isVersion10: boolean) {
    this.#core = core;
    this.#isBodiless = isBodiless;
    try {
      const { length, line } = pieceResponseFraming(message, isBodiless, isVersion10);
      this.#writer = createBodyWriter(length);
      this.line = line;
      this.endsWithConnection = length === UNTIL_CLOSE;
      this.isChunked = length === CHUNKED && !isBodiless;
    } catch (error) {
      throw testified(core, error);
    }
  }

  /** The text in front of a piece of so many bytes. @throws LocalProtocolError when it is more than was declared. */
  begin(length: number): string {
    if (length === 0 || this.#isBodiless) return '';
    try {
      return this.#writer.begin(length);
    } catch (error) {
      throw testified(this.#core, error);
    }
  }

  /** Joins a piece, with the head or nothing in front of it, and the end of the body behind it; whether the socket takes more. */
  join(head: string, before: string, piece: Uint8Array | string, last: string): boolean {
    if (piece.length > 0 && !this.#isBodiless)
      return this.#core.joinPiece(head + before, piece, this.#writer.after + last);
    // What adds nothing to the body has nothing to wait for.
    const text = head + last;
    if (text !== '') this.#core.joinText(text);
    return true;
  }

  /** What to send at the end. @throws LocalProtocolError when less came than was declared, or for the trailer. */
  finish(trailer: MessageHeader | undefined): string {
    if (this.#isBodiless) return '';
    try {
      return this.#writer.finish(trailer) ?? '';
    } catch (error) {
      throw testified(this.#core, error);
    }
  }
}
