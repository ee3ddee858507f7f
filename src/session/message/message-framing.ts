import { LocalProtocolError } from '../../errors/index.js';
import { CHUNKED, UNTIL_CLOSE, type HTTPMessage, type HTTPResponse } from '../../protocol/index.js';

/*
 * How messages of this side are framed, from what the user declared. There must be one way only to read what goes out
 * (RFC 9112 section 6.3). So a declaration that is repeated, malformed or wrong is refused before anything is sent.
 */

/** How a body is framed. */
export interface Framing {
  /** Bytes, `CHUNKED` or `UNTIL_CLOSE`. */
  readonly length: number;
  /** The field line that the message still needs; mostly empty. */
  readonly line: string;
}

const DECIMAL = /^\d{1,15}$/;

/** The Content-Length that a message declares; -1 for none, `NaN` for one that is repeated or malformed. */
export function declaredLength(message: HTTPMessage): number {
  if (!message.hasContentLength()) return -1;
  const [value = '', ...others] = message.getAll('Content-Length');
  return others.length === 0 && DECIMAL.test(value) ? Number(value) : Number.NaN;
}

/** Lines of small lengths, which most answers have. */
const knownLengthLines: string[] = [];
const KNOWN_LENGTHS = 4_096;

function contentLengthLine(length: number): string {
  if (length >= KNOWN_LENGTHS) return `Content-Length: ${String(length)}\r\n`;
  return (knownLengthLines[length] ??= `Content-Length: ${String(length)}\r\n`);
}

/** Whether a message declares chunked, and nothing else, as its transfer coding. */
export function declaresChunked(message: HTTPMessage): boolean {
  return message.getAll('Transfer-Encoding').join(',').toLowerCase() === 'chunked';
}

/**
 * The field line that a response needs whose body is known whole.
 *
 * @throws LocalProtocolError
 */
export function wholeResponseLine(message: HTTPResponse, length: number, bodiless: boolean): string {
  refuseInterim(message);
  if (message.has('Transfer-Encoding')) {
    throw new LocalProtocolError('Transfer-Encoding: end(body) frames the body itself; remove the field');
  }
  const declared = declaredLength(message);
  if (declared === -1) {
    const isLengthless = message.status === 204 || message.status === 304 || (bodiless && length === 0);
    return isLengthless ? '' : contentLengthLine(length);
  }
  refuseMalformed(declared);
  if (!bodiless && declared !== length) {
    throw new LocalProtocolError(
      `Content-Length: must be the length of the body, ${String(length)} bytes (got ${String(declared)})`,
      'ERR_HTTP_SESSION_BODY_LENGTH',
    );
  }
  return '';
}

/**
 * The framing of a response whose body comes in pieces.
 *
 * @throws LocalProtocolError
 */
export function pieceResponseFraming(
  message: HTTPResponse,
  bodiless: boolean,
  isVersion10: boolean,
): Framing {
  refuseInterim(message);
  const isChunked = message.has('Transfer-Encoding');
  const declared = declaredLength(message);
  if (isChunked && (declared !== -1 || isVersion10 || !declaresChunked(message))) {
    throw new LocalProtocolError(
      'Transfer-Encoding: must be "chunked" alone, to an HTTP/1.1 client, without Content-Length',
    );
  }
  if (declared !== -1) {
    refuseMalformed(declared);
    return { length: declared, line: '' };
  }
  // Without a length, and without chunks, only the end of the connection can end the body.
  if (isVersion10) return { length: bodiless ? 0 : UNTIL_CLOSE, line: '' };
  return { length: CHUNKED, line: isChunked || bodiless ? '' : 'Transfer-Encoding: chunked\r\n' };
}

function refuseInterim(message: HTTPResponse): void {
  if (message.status < 200)
    throw new LocalProtocolError(`status: a final response has 200 or more (got ${String(message.status)})`);
}

function refuseMalformed(length: number): void {
  if (!Number.isNaN(length)) return;
  throw new LocalProtocolError('Content-Length: must be one decimal number', 'ERR_HTTP_SESSION_BODY_LENGTH');
}
