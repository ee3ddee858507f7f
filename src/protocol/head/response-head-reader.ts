import { RemoteProtocolError } from '../../errors/index.js';
import { readFramingFields } from './field-block.js';
import { UNTIL_CLOSE, responseBodyLength } from '../body/framing.js';
import { tooManyFields } from './head-scanner.js';
import { headText } from './head-text.js';
import { isPersistent } from '../message/http-message.js';
import { HTTPResponse } from '../message/http-response.js';
import type { HeadLimits } from '../limits.js';
import type { ReceiveBuffer } from '../receive-buffer.js';
import { RESPONSE_HEAD } from './status-line.js';

/** What must be known of a request to read its response. */
export interface ResponseContext {
  readonly method: string;
  /** Did the request offer to switch protocols: CONNECT, or Upgrade? */
  readonly offersSwitch: boolean;
}

/** What a response head says. */
export interface ResponseHead {
  readonly message: HTTPResponse;
  /** The length of the body in bytes, 0 for none, or `CHUNKED`, or `UNTIL_CLOSE`. */
  readonly bodyLength: number;
  /** Does the server let the connection persist after this response? */
  readonly persistent: boolean;
  /** Is this a 1xx response that another one follows? */
  readonly interim: boolean;
  /** Does the connection belong to another protocol from here on: 101, or 2xx to CONNECT? */
  readonly switched: boolean;
}

/**
 * Reads one response head, interim or final, off the front of the buffer; `undefined` if it is not complete. Exactly
 * the head is consumed.
 *
 * @throws RemoteProtocolError as soon as the bytes can no longer become a head; nothing is consumed then, and the next
 * call throws the same.
 */
export function readResponseHead(
  buffer: ReceiveBuffer,
  request: ResponseContext,
  limits: HeadLimits,
): ResponseHead | undefined {
  const text = headText(buffer, RESPONSE_HEAD, limits);
  if (text === undefined) return undefined;
  const head = interpret(text, request, limits);
  buffer.skip(text.length);
  return head;
}

function interpret(text: string, request: ResponseContext, limits: HeadLimits): ResponseHead {
  const lineEnd = text.indexOf('\r');
  const version = text.charCodeAt(7) === 0x31 ? 'HTTP/1.1' : 'HTTP/1.0';
  const status = Number(text.slice(9, 12));
  const end = text.length - 2;
  const fields = readFramingFields(text, lineEnd + 2, end);
  if (fields.count > limits.maxFieldCount) throw tooManyFields(RESPONSE_HEAD.tooLarge);
  const switched = switches(status, request);
  const bodyLength = responseBodyLength(fields, request.method, version, status);
  const message = new HTTPResponse();
  message.adopt(status, text.slice(13, Math.max(lineEnd, 13)), version, text.slice(lineEnd + 2, end));
  return {
    message,
    bodyLength,
    persistent: bodyLength !== UNTIL_CLOSE && isPersistent(version, fields.connection),
    interim: status < 200 && !switched,
    switched,
  };
}

function switches(status: number, request: ResponseContext): boolean {
  if (status === 101) {
    // RFC 9110 section 7.8: only to a protocol that the client offered.
    if (request.offersSwitch && request.method !== 'CONNECT') return true;
    throw new RemoteProtocolError('101 Switching Protocols answers no offer', 'ERR_HTTP_SESSION_BAD_STATUS');
  }
  return request.method === 'CONNECT' && status >= 200 && status < 300;
}
