import { LocalProtocolError } from '../../errors/index.js';
import type { MessageHeader } from '../message/message-header.js';
import { forbiddenTrailer, isForbiddenTrailer } from './chunked.js';
import { CHUNKED, UNTIL_CLOSE } from '../head/framing.js';

/** Turns the content of one body into the bytes to send. */
export interface BodyWriter {
  /**
   * What to send for a piece of content: the piece itself, or a chunk as one buffer or several.
   *
   * @throws LocalProtocolError (`ERR_HTTP_SESSION_BODY_LENGTH`) if that is more than was declared, or comes after the
   * end. Nothing has changed then, and nothing must be sent.
   */
  encode(chunk: Uint8Array): Uint8Array | readonly Uint8Array[];
  /**
   * The same for text and pieces that are joined elsewhere: counts a piece of so many bytes, 1 or more, and returns the
   * latin1 text in front of it.
   *
   * @throws what `encode` throws.
   */
  begin(length: number): string;
  /** The latin1 text behind each such piece. */
  readonly after: string;
  /**
   * Ends the body. Returns the latin1 text to send for that, `undefined` if there is none.
   *
   * @param trailer - fields for the trailer section of a chunked body.
   * @throws LocalProtocolError if less was written than declared (`ERR_HTTP_SESSION_BODY_LENGTH`), or if the trailer
   * is not allowed. Nothing has changed then.
   */
  finish(trailer?: MessageHeader): string | undefined;
  /** Bytes of content still to be written; -1 for any number. */
  readonly remaining: number;
}

/** Chunks from this size on are sent as they are, between two small buffers: copying them would cost more. */
const LARGE_CHUNK_BYTES = 8_192;

const NOTHING: readonly Uint8Array[] = Object.freeze([]);
const CRLF = Buffer.from('\r\n', 'latin1');

/** The writer for a body of this length in bytes, `CHUNKED` or `UNTIL_CLOSE`. */
export function createBodyWriter(bodyLength: number): BodyWriter {
  if (bodyLength === CHUNKED) return new ChunkedBodyWriter();
  return bodyLength === UNTIL_CLOSE ? UNTIL_CLOSE_WRITER : new FixedBodyWriter(bodyLength);
}

/** The end of the connection is the end of the body, so there is nothing to remember. */
const UNTIL_CLOSE_WRITER: BodyWriter = Object.freeze({
  encode: (chunk: Uint8Array) => chunk,
  begin: () => '',
  after: '',
  finish: refuseTrailer,
  remaining: -1,
});

class FixedBodyWriter implements BodyWriter {
  readonly after = '';
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get remaining(): number {
    return this.#left;
  }

  encode(chunk: Uint8Array): Uint8Array {
    this.begin(chunk.length);
    return chunk;
  }

  begin(length: number): string {
    if (length > this.#left)
      throw badLength(`body: longer than declared (got ${length} bytes, ${this.#left} left)`);
    this.#left -= length;
    return '';
  }

  finish(trailer?: MessageHeader): undefined {
    if (this.#left > 0) throw badLength(`body: shorter than declared (${this.#left} bytes missing)`);
    refuseTrailer(trailer);
  }
}

class ChunkedBodyWriter implements BodyWriter {
  readonly remaining = -1;
  readonly after = '\r\n';
  #finished = false;

  encode(chunk: Uint8Array): Uint8Array | readonly Uint8Array[] {
    // A chunk of size 0 would be the end of the body.
    if (chunk.length === 0) return this.#finished ? this.#refuse() : NOTHING;
    const size = this.begin(chunk.length);
    if (chunk.length >= LARGE_CHUNK_BYTES) return [Buffer.from(size, 'latin1'), chunk, CRLF];
    const encoded = Buffer.allocUnsafe(size.length + chunk.length + CRLF.length);
    encoded.write(size, 'latin1');
    encoded.set(chunk, size.length);
    encoded.set(CRLF, size.length + chunk.length);
    return encoded;
  }

  begin(length: number): string {
    if (this.#finished) this.#refuse();
    return `${length.toString(16)}\r\n`;
  }

  #refuse(): never {
    throw badLength('body: already finished');
  }

  finish(trailer?: MessageHeader): string {
    if (this.#finished) this.#refuse();
    for (const [name] of trailer ?? []) {
      if (isForbiddenTrailer(name)) throw new LocalProtocolError(forbiddenTrailer(name));
    }
    this.#finished = true;
    return `0\r\n${trailer?.formatBlock() ?? ''}\r\n`;
  }
}

function refuseTrailer(trailer?: MessageHeader): undefined {
  if (trailer !== undefined && trailer.size > 0) {
    throw new LocalProtocolError('trailer: only a chunked body can have one');
  }
}

function badLength(message: string): LocalProtocolError {
  return new LocalProtocolError(message, 'ERR_HTTP_SESSION_BODY_LENGTH');
}
