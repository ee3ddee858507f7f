import { LocalProtocolError } from '../../errors/index.js';
import { isRequestTarget } from '../grammar.js';
import type { HTTPRequest } from '../message/http-request.js';
import type { HTTPResponse } from '../message/http-response.js';

/*
 * Heads are written as one latin1 string each, so that head and body can leave in one write. What is in a message was
 * checked when it was put there.
 */

/**
 * The head of a request, blank line included.
 *
 * @param extraLines - further field lines, each with its CRLF, which the caller vouches for.
 * @throws LocalProtocolError if the form of the target does not fit the method (RFC 9112 section 3.2).
 */
export function writeRequestHead(message: HTTPRequest, extraLines = ''): string {
  const { method, uri } = message;
  if (!fits(uri, method)) {
    throw new LocalProtocolError(`${method} takes no such request target`, 'ERR_HTTP_SESSION_BAD_TARGET');
  }
  return `${method} ${uri} ${message.version}\r\n${message.formatBlock()}${extraLines}\r\n`;
}

/**
 * The head of a response, blank line included.
 *
 * @param extraLines - further field lines, each with its CRLF, which the caller vouches for, such as a cached Date.
 */
export function writeResponseHead(message: HTTPResponse, extraLines = ''): string {
  const line = `${message.version} ${String(message.status)} ${message.reason}\r\n`;
  return `${line}${message.formatBlock()}${extraLines}\r\n`;
}

// The characters were checked when the target was set; a path fits every method but CONNECT.
function fits(uri: string, method: string): boolean {
  return uri.charCodeAt(0) === 0x2f ? method !== 'CONNECT' : isRequestTarget(uri, method);
}
