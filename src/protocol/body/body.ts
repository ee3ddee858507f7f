import type { MessageHeader } from '../message/message-header.js';
import type { ReceiveBuffer } from '../receive-buffer.js';

/** Takes the content of one body out of a buffer, and leaves what comes after it. */
export interface BodyReader {
  /**
   * The next piece of content, never empty, at most `max` bytes; `undefined` if there is none now: more bytes are
   * needed, or the body is complete.
   *
   * @throws RemoteProtocolError when the framing is malformed, after all content before that place; again at each
   * further call.
   */
  read(buffer: ReceiveBuffer, max?: number): Buffer | undefined;
  /** Copies content into `target` from `offset` on, as much as there is and fits; returns how many bytes. Throws as `read`. */
  readInto(buffer: ReceiveBuffer, target: Uint8Array, offset: number): number;
  /** Is the end of the body read? */
  readonly complete: boolean;
  /** Bytes of content that are still to come, -1 if nobody knows. */
  readonly remaining: number;
  /** The trailer section of a complete chunked body; `undefined` if it had no fields, and for other bodies. */
  readonly trailer: MessageHeader | undefined;
  /**
   * The peer will send no more. To be called when `read` has found nothing more in the buffer. A body that lasts until
   * then becomes complete.
   *
   * @throws IncompleteMessageError for any other body that is not complete.
   */
  ended(): void;
}

/** Turns the content of one body into what goes to the peer. */
export interface BodyWriter {
  /**
   * What to send for a piece of content: it itself, or chunk data as one buffer or as several.
   *
   * @throws LocalProtocolError (`ERR_HTTP_SESSION_BODY_LENGTH`) if that is more than was declared, or comes after the
   * end; nothing is to be sent then, and nothing has changed.
   */
  encode(chunk: Uint8Array): Uint8Array | readonly Uint8Array[];
  /**
   * Ends the body; the latin1 text to send for that, `undefined` if there is none.
   *
   * @param trailer - fields for the trailer section, which only a chunked body has.
   * @throws LocalProtocolError if less was written than declared (`ERR_HTTP_SESSION_BODY_LENGTH`), or if the trailer
   * is not possible; nothing has changed then.
   */
  finish(trailer?: MessageHeader): string | undefined;
  /** Bytes of content that are still to be written, -1 if any number is right. */
  readonly remaining: number;
}
