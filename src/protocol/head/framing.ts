import { RemoteProtocolError } from '../../errors/index.js';
import { isDigitCode, isToken, listMembers } from '../grammar.js';
import type { HTTPVersion } from '../message/http-messages.js';
import type { FramingFields } from './field-block.js';

/*
 * Where a body ends (RFC 9112 section 6.3). Whatever two readers could understand differently is refused, even where
 * the RFC would let one reading win: such messages are how requests are smuggled.
 */

/** The body comes in chunks. */
export const CHUNKED = -1;
/** The body lasts until the peer closes the connection. */
export const UNTIL_CLOSE = -2;

/**
 * The length of a request's body in bytes, or `CHUNKED`.
 *
 * @throws RemoteProtocolError
 */
export function requestBodyLength(fields: FramingFields, method: string, version: HTTPVersion): number {
  if (fields.transferEncodingCount === 0 && fields.contentLengthCount === 0) return 0;
  const length = declaredLength(fields, version);
  if (length !== 0 && method === 'CONNECT') {
    // RFC 9110 section 9.3.6: there is no content. What follows the head belongs to the tunnel.
    throw new RemoteProtocolError('CONNECT request: must not have a body');
  }
  return length;
}

/**
 * The length of a response's body in bytes, or `CHUNKED`, or `UNTIL_CLOSE`.
 *
 * @throws RemoteProtocolError
 */
export function responseBodyLength(
  fields: FramingFields,
  method: string,
  version: HTTPVersion,
  status: number,
): number {
  // RFC 9110 section 9.3.6: a client must ignore both fields here, as a tunnel starts.
  if (method === 'CONNECT' && status >= 200 && status < 300) return 0;
  const framed = fields.transferEncodingCount > 0 || fields.contentLengthCount > 0;
  const length = framed ? declaredLength(fields, version) : UNTIL_CLOSE;
  if (status < 200 || status === 204) {
    // RFC 9112 section 6.1: a server must not send it, and readers disagree about what it would mean.
    if (length === CHUNKED) throw badTransferEncoding('Transfer-Encoding: not allowed with this status');
    return 0;
  }
  return method === 'HEAD' || status === 304 ? 0 : length;
}

function declaredLength(fields: FramingFields, version: HTTPVersion): number {
  if (fields.transferEncodingCount === 0) return parseContentLength(fields.contentLength);
  if (fields.contentLengthCount > 0) {
    throw badTransferEncoding('Transfer-Encoding: not allowed together with Content-Length');
  }
  // RFC 9112 section 6.1: the framing of such a message counts as faulty.
  if (version === 'HTTP/1.0') throw badTransferEncoding('Transfer-Encoding: not allowed in HTTP/1.0');
  checkTransferEncoding(fields.transferEncoding);
  return CHUNKED;
}

/** The value of a Content-Length: digits only. A second value is refused even if it is the same. */
function parseContentLength(text: string): number {
  let length = text === '' ? Number.NaN : 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    length = isDigitCode(code) ? length * 10 + (code - 0x30) : Number.NaN;
  }
  if (Number.isNaN(length)) {
    throw new RemoteProtocolError(
      'Content-Length: not a number, or given twice',
      'ERR_HTTP_SESSION_BAD_CONTENT_LENGTH',
    );
  }
  // RFC 9110 section 8.6 warns of overflow: an inexact length would be another length.
  if (length > Number.MAX_SAFE_INTEGER) {
    throw new RemoteProtocolError('Content-Length: too large', 'ERR_HTTP_SESSION_BODY_TOO_LARGE', 413);
  }
  return length;
}

/** Accepts `chunked`, once and alone. */
function checkTransferEncoding(text: string): void {
  if (text.length === 7 && text.toLowerCase() === 'chunked') return;
  const codings = listMembers(text);
  if (!codings.every(isCoding)) throw badTransferEncoding('Transfer-Encoding: malformed');
  // Without chunked at the end, the end of a request is unknown (RFC 9112 section 6.3); twice is forbidden (section 6.1).
  if (codings.indexOf('chunked') !== codings.length - 1) {
    throw badTransferEncoding('Transfer-Encoding: chunked must be given once, as the last coding');
  }
  throw new RemoteProtocolError(
    'Transfer-Encoding: only chunked is supported',
    'ERR_HTTP_SESSION_UNKNOWN_CODING',
    501,
  );
}

// transfer-coding = token *( OWS ";" OWS transfer-parameter ); `chunked` has no parameters (RFC 9112 section 7).
function isCoding(member: string): boolean {
  const name = (member.split(';', 1)[0] as string).trimEnd();
  return isToken(name) && (name !== 'chunked' || name === member);
}

function badTransferEncoding(message: string): RemoteProtocolError {
  return new RemoteProtocolError(message, 'ERR_HTTP_SESSION_BAD_TRANSFER_ENCODING');
}
