import { IncompleteMessageError, RemoteProtocolError, type StatusHint } from '../../errors/index.js';
import { CR, LF, SEMICOLON, hexDigitValue, isTokenCode, isValueCode } from '../grammar.js';
import { FIELD_START, badLineEnd, scanSection, type SectionGrammar } from '../head/scanner.js';
import { REQUEST_HEAD } from '../head/request-head.js';
import { bodyTooLarge, type BodyLimits } from '../limits.js';
import { MessageHeader } from '../message/message-header.js';
import type { ReceiveBuffer } from '../receive-buffer.js';
import type { BodyReader } from './readers.js';

/*
 * chunk = 1*HEXDIG [ chunk-ext ] CRLF chunk-data CRLF. The last one has size 0 and no data; the trailer section and CRLF
 * follow it (RFC 9112 section 7.1). There is no whitespace around the size.
 */

const SIZE = 0;
const SIZE_LF = 1;
const DATA = 2;
const DATA_CR = 3;
const DATA_LF = 4;
const TRAILER = 5;
const COMPLETE = 6;

/** A body in chunks. POCO: `HTTPChunkedStreamBuf`. */
export class ChunkedBodyReader implements BodyReader {
  readonly #limits: BodyLimits;
  taken = 0;
  #phase = SIZE;
  /** The size of the chunk so far; then what is left of its data. */
  #size = 0;
  #digits = 0;
  #extensionBytes = 0;
  /** Bytes of content that are still allowed. */
  #allowed: number;
  #trailerFields: MessageHeader | undefined = undefined;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
    this.#allowed = limits.maxBodyBytes ?? Infinity;
  }

  get complete(): boolean {
    return this.#phase === COMPLETE;
  }

  get remaining(): number {
    return this.complete ? 0 : -1;
  }

  get trailer(): MessageHeader | undefined {
    return this.#trailerFields;
  }

  read(buffer: ReceiveBuffer, max = Infinity): Buffer | undefined {
    if (!this.#reachData(buffer)) return undefined;
    const piece = buffer.takeContiguous(Math.min(this.#size, max));
    this.#consumed(piece.length);
    return piece.length === 0 ? undefined : piece;
  }

  readInto(buffer: ReceiveBuffer, target: Uint8Array, offset: number): number {
    let total = 0;
    while (offset + total < target.length && this.#mayReachData(buffer, total)) {
      const copied = buffer.takeInto(target, offset + total, this.#size);
      this.#consumed(copied);
      total += copied;
    }
    return total;
  }

  ended(): void {
    if (!this.complete) throw new IncompleteMessageError();
  }

  // If this call has content to return, the next one reports malformed framing.
  #mayReachData(buffer: ReceiveBuffer, total: number): boolean {
    if (total === 0) return this.#reachData(buffer);
    try {
      return this.#reachData(buffer);
    } catch {
      return false;
    }
  }

  #consumed(length: number): void {
    this.#size -= length;
    this.taken += length;
    if (this.#size === 0) this.#phase = DATA_CR;
  }

  /** Reads framing until content is at the front of the buffer. Returns false if there is none, or no more. */
  #reachData(buffer: ReceiveBuffer): boolean {
    while (this.#phase !== DATA) {
      if (this.#phase === TRAILER) return this.#readTrailer(buffer);
      const byte = this.#phase === COMPLETE ? -1 : buffer.peek();
      if (byte === -1) return false;
      // Consumed only after the check, so that a malformed byte stays and is refused again.
      this.#phase = this.#step(byte);
      buffer.skip(1);
    }
    return buffer.length > 0;
  }

  #step(byte: number): number {
    switch (this.#phase) {
      case SIZE:
        return this.#stepSize(byte);
      case SIZE_LF:
        if (byte !== LF) throw badLineEnd();
        return this.#endSize();
      case DATA_CR:
        if (byte !== CR) throw badChunk('chunk: longer than its declared size');
        return DATA_LF;
      case DATA_LF:
        if (byte !== LF) throw badLineEnd();
        return SIZE;
      default:
        return this.#stepExtension(byte);
    }
  }

  #stepSize(byte: number): number {
    const value = hexDigitValue(byte);
    if (value === -1) return this.#endDigits(byte);
    if (this.#digits === this.#limits.maxChunkSizeDigits) throw badChunk('chunk size: too many digits');
    this.#digits++;
    this.#size = this.#size * 16 + value;
    return SIZE;
  }

  #endDigits(byte: number): number {
    if (byte === LF) throw badLineEnd();
    if (this.#digits === 0) throw badChunk('chunk size: missing');
    if (byte === CR) return SIZE_LF;
    if (byte === SEMICOLON) return this.#countExtension(EXTENSION);
    throw badChunk('chunk size: not a hexadecimal number');
  }

  #stepExtension(byte: number): number {
    if (byte === LF) throw badLineEnd();
    const next = stepChunkExtension(this.#phase, byte);
    if (next === NO_EXTENSION) throw badChunk('chunk extension: malformed');
    return next === EXTENSION_END ? SIZE_LF : this.#countExtension(next);
  }

  #countExtension(next: number): number {
    // A total over the body: extensions are not content, so nothing else would bound them.
    if (this.#extensionBytes === this.#limits.maxChunkExtensionBytes) {
      throw badChunk('chunk extensions: too long', 413);
    }
    this.#extensionBytes++;
    return next;
  }

  #endSize(): number {
    if (this.#size > this.#allowed) throw bodyTooLarge();
    this.#allowed -= this.#size;
    this.#digits = 0;
    return this.#size === 0 ? TRAILER : DATA;
  }

  #readTrailer(buffer: ReceiveBuffer): false {
    const trailer = readTrailerSection(buffer, this.#limits);
    if (trailer !== undefined) {
      this.#phase = COMPLETE;
      if (trailer.size > 0) this.#trailerFields = trailer;
    }
    return false;
  }
}

function badChunk(message: string, status: StatusHint = 400): RemoteProtocolError {
  return new RemoteProtocolError(message, 'ERR_HTTP_SESSION_BAD_CHUNK', status);
}

/*
 * chunk-ext = *( ";" chunk-ext-name [ "=" chunk-ext-val ] ), a value being a token or a quoted string (RFC 9112
 * section 7.1.1). What extensions say is ignored, but their grammar is checked: two readers that disagree about where
 * an extension ends disagree about where the chunk starts. For the same reason the whitespace that the RFC calls bad
 * is refused, as it is around the size.
 */

/** The place after a semicolon. The places of extensions are the numbers from here on. */
const EXTENSION = 100;
const NAME = 101;
const VALUE_START = 102;
const VALUE = 103;
const QUOTED = 104;
const ESCAPED = 105;
const QUOTED_END = 106;

/** The CR that ends the extensions was seen. */
const EXTENSION_END = 107;
/** The byte is not allowed there. */
const NO_EXTENSION = -1;

const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** One byte of chunk extensions: the next place, `EXTENSION_END`, or `NO_EXTENSION`. */
function stepChunkExtension(place: number, byte: number): number {
  switch (place) {
    case EXTENSION:
      return isTokenCode(byte) ? NAME : NO_EXTENSION;
    case NAME:
      if (isTokenCode(byte)) return NAME;
      return byte === EQUALS ? VALUE_START : stepEnd(byte);
    case VALUE_START:
      if (byte === QUOTE) return QUOTED;
      return isTokenCode(byte) ? VALUE : NO_EXTENSION;
    case VALUE:
      return isTokenCode(byte) ? VALUE : stepEnd(byte);
    case QUOTED:
      if (byte === QUOTE) return QUOTED_END;
      if (byte === BACKSLASH) return ESCAPED;
      return isValueCode(byte) ? QUOTED : NO_EXTENSION;
    case ESCAPED:
      return isValueCode(byte) ? QUOTED : NO_EXTENSION;
    default:
      return stepEnd(byte);
  }
}

function stepEnd(byte: number): number {
  if (byte === SEMICOLON) return EXTENSION;
  return byte === CR ? EXTENSION_END : NO_EXTENSION;
}

/** A trailer section is a head without a start line. */
const TRAILER_SECTION: SectionGrammar = {
  ...REQUEST_HEAD,
  start: FIELD_START,
  badField: 'ERR_HTTP_SESSION_BAD_TRAILER',
  tooLarge: 'ERR_HTTP_SESSION_BAD_TRAILER',
};

/**
 * Fields that say where messages end, where they go, or what becomes of the connection. In a trailer section they come
 * too late: one reader would obey them, another would not (RFC 9110 section 6.5.1).
 */
const FORBIDDEN = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'max-forwards',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether this field is not allowed in a trailer section. */
export function isForbiddenTrailer(name: string): boolean {
  return FORBIDDEN.has(name.toLowerCase());
}

/** The text of the error for such a field. */
export function forbiddenTrailer(name: string): string {
  return `trailer: field "${name.toLowerCase()}" is not allowed there`;
}

/**
 * Reads a trailer section with its blank line; `undefined` if it is not complete.
 *
 * @throws RemoteProtocolError
 */
function readTrailerSection(buffer: ReceiveBuffer, limits: BodyLimits): MessageHeader | undefined {
  const length = scanSection(buffer, TRAILER_SECTION, {
    maxStartLineBytes: 0,
    maxHeadBytes: limits.maxTrailerBytes,
    maxFieldCount: limits.maxTrailerCount,
  });
  if (length === -1) return undefined;
  const trailer = new MessageHeader();
  trailer.adoptBlock(buffer.latin1(length).slice(0, -2));
  for (const [name] of trailer) {
    if (isForbiddenTrailer(name)) {
      throw new RemoteProtocolError(forbiddenTrailer(name), 'ERR_HTTP_SESSION_BAD_TRAILER');
    }
  }
  buffer.skip(length);
  return trailer;
}
