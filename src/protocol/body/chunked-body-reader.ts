import { IncompleteMessageError, RemoteProtocolError, type StatusHint } from '../../errors/index.js';
import { bodyTooLarge } from './body-limit.js';
import type { BodyReader } from './body.js';
import { EXTENSION, EXTENSION_END, NO_EXTENSION, stepChunkExtension } from './chunk-extension.js';
import { CR, LF, SEMICOLON, hexDigitValue } from '../grammar.js';
import { badLineEnd } from '../head/head-scanner.js';
import type { BodyLimits } from '../limits.js';
import type { MessageHeader } from '../message/message-header.js';
import type { ReceiveBuffer } from '../receive-buffer.js';
import { readTrailerSection } from './trailer-section.js';

/*
 * chunk = 1*HEXDIG [ chunk-ext ] CRLF chunk-data CRLF; the last one has size 0 and no data, and then come the trailer
 * section and CRLF (RFC 9112 section 7.1). No whitespace stands around the size.
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
  private phase = SIZE;
  /** The size of the chunk so far, then what is left of its data. */
  private size = 0;
  private digits = 0;
  private extensionBytes = 0;
  /** Bytes of content that are still allowed. */
  private allowed: number;
  private trailerFields: MessageHeader | undefined = undefined;

  constructor(private readonly limits: BodyLimits) {
    this.allowed = limits.maxBodyBytes ?? Infinity;
  }

  get complete(): boolean {
    return this.phase === COMPLETE;
  }

  get remaining(): number {
    return this.complete ? 0 : -1;
  }

  get trailer(): MessageHeader | undefined {
    return this.trailerFields;
  }

  read(buffer: ReceiveBuffer, max = Infinity): Buffer | undefined {
    if (!this.reachData(buffer)) return undefined;
    const piece = buffer.takeContiguous(Math.min(this.size, max));
    this.consumed(piece.length);
    return piece.length === 0 ? undefined : piece;
  }

  readInto(buffer: ReceiveBuffer, target: Uint8Array, offset: number): number {
    let total = 0;
    while (offset + total < target.length && this.mayReachData(buffer, total)) {
      const copied = buffer.takeInto(target, offset + total, this.size);
      this.consumed(copied);
      total += copied;
    }
    return total;
  }

  ended(): void {
    if (!this.complete) throw new IncompleteMessageError();
  }

  // Malformed framing is reported by the next call if this one has content to give.
  private mayReachData(buffer: ReceiveBuffer, total: number): boolean {
    if (total === 0) return this.reachData(buffer);
    try {
      return this.reachData(buffer);
    } catch {
      return false;
    }
  }

  private consumed(length: number): void {
    this.size -= length;
    if (this.size === 0) this.phase = DATA_CR;
  }

  /** Reads framing until content is at the front of the buffer; false if there is none, or no more. */
  private reachData(buffer: ReceiveBuffer): boolean {
    while (this.phase !== DATA) {
      if (this.phase === TRAILER) return this.readTrailer(buffer);
      const byte = this.phase === COMPLETE ? -1 : buffer.peek();
      if (byte === -1) return false;
      // Looked at first and consumed afterwards, so that a malformed byte stays and is refused again.
      this.phase = this.step(byte);
      buffer.skip(1);
    }
    return buffer.length > 0;
  }

  private step(byte: number): number {
    switch (this.phase) {
      case SIZE:
        return this.stepSize(byte);
      case SIZE_LF:
        if (byte !== LF) throw badLineEnd();
        return this.endSize();
      case DATA_CR:
        if (byte !== CR) throw badChunk('a chunk is longer than its size');
        return DATA_LF;
      case DATA_LF:
        if (byte !== LF) throw badLineEnd();
        return SIZE;
      default:
        return this.stepExtension(byte);
    }
  }

  private stepSize(byte: number): number {
    const value = hexDigitValue(byte);
    if (value === -1) return this.endDigits(byte);
    if (this.digits === this.limits.maxChunkSizeDigits) throw badChunk('a chunk size has too many digits');
    this.digits++;
    this.size = this.size * 16 + value;
    return SIZE;
  }

  private endDigits(byte: number): number {
    if (byte === LF) throw badLineEnd();
    if (this.digits === 0) throw badChunk('a chunk size is missing');
    if (byte === CR) return SIZE_LF;
    if (byte === SEMICOLON) return this.countExtension(EXTENSION);
    throw badChunk('a chunk size is malformed');
  }

  private stepExtension(byte: number): number {
    if (byte === LF) throw badLineEnd();
    const next = stepChunkExtension(this.phase, byte);
    if (next === NO_EXTENSION) throw badChunk('a chunk extension is malformed');
    return next === EXTENSION_END ? SIZE_LF : this.countExtension(next);
  }

  private countExtension(next: number): number {
    // In total over the body: extensions are no content, so nothing else would bound them.
    if (this.extensionBytes === this.limits.maxChunkExtensionBytes) {
      throw badChunk('the chunk extensions are too long', 413);
    }
    this.extensionBytes++;
    return next;
  }

  private endSize(): number {
    if (this.size > this.allowed) throw bodyTooLarge();
    this.allowed -= this.size;
    this.digits = 0;
    return this.size === 0 ? TRAILER : DATA;
  }

  private readTrailer(buffer: ReceiveBuffer): false {
    const trailer = readTrailerSection(buffer, this.limits);
    if (trailer !== undefined) {
      this.phase = COMPLETE;
      if (trailer.size > 0) this.trailerFields = trailer;
    }
    return false;
  }
}

function badChunk(message: string, status: StatusHint = 400): RemoteProtocolError {
  return new RemoteProtocolError(message, 'ERR_HTTP_SESSION_BAD_CHUNK', status);
}
