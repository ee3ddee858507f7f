import type { HTTPMessage } from '../../protocol/index.js';

/*
 * How messages of this side are framed, from what the user declared. There must be one way only to read what goes out
 * (RFC 9112 section 6.3). So a declaration that is repeated, malformed or wrong is refused before anything is sent.
 */

/** As long as the largest length that a reader takes, 2^53 - 1. */
const DECIMAL = /^\d{1,16}$/;

/** The Content-Length that a message declares; -1 for none, `NaN` for one that is repeated or malformed. */
export function declaredLength(message: HTTPMessage): number {
  if (!message.hasContentLength()) return -1;
  const [value = '', ...others] = message.getAll('Content-Length');
  const length = others.length === 0 && DECIMAL.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(length) ? length : Number.NaN;
}

/** Whether a message declares chunked, and nothing else, as its transfer coding. */
export function declaresChunked(message: HTTPMessage): boolean {
  return message.getAll('Transfer-Encoding').join(',').toLowerCase() === 'chunked';
}
