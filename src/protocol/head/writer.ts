import { LocalProtocolError } from '../../errors/index.js';
import { isRequestTarget } from '../grammar.js';
import type { HTTPRequest } from '../message/http-messages.js';

/**
 * The head of a request, blank line included: one latin1 string, so that head and body can leave in one write. The
 * parts of the message were checked when they were set.
 *
 * @param extraLines - further field lines, each with its CRLF, which are not checked.
 * @throws LocalProtocolError if the form of the target does not fit the method (RFC 9112 section 3.2).
 */
export function writeRequestHead(message: HTTPRequest, extraLines = ''): string {
  const { method, uri } = message;
  if (!fits(uri, method)) {
    throw new LocalProtocolError(`request target: does not fit ${method}`, 'ERR_HTTP_SESSION_BAD_TARGET');
  }
  return `${method} ${uri} ${message.version}\r\n${message.formatBlock()}${extraLines}\r\n`;
}

// The characters were checked when the target was set. A path fits every method except CONNECT.
function fits(uri: string, method: string): boolean {
  return uri.charCodeAt(0) === 0x2f ? method !== 'CONNECT' : isRequestTarget(uri, method);
}
