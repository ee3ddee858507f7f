import type { HTTPServerRequest, HTTPServerResponse } from '../../session/index.js';
import { abandon, sendBody } from './outgoing-body.js';

/** Sends what a fetch handler has given. Rejects when it is not to be had, or the connection is lost. */
export async function deliver(
  given: Response,
  request: HTTPServerRequest,
  response: HTTPServerResponse,
): Promise<void> {
  checkIsResponse(given);
  const { body, status } = given;
  // The handler has answered by itself, or there is nobody left to answer.
  if (response.sent) {
    abandon(body, request.signal.reason);
    return;
  }
  // `Response.error()`: it means that there is no response, and is no mistake of the handler.
  if (status === 0) {
    sendStatus(response, 500);
    return;
  }
  if (body === null || request.method === 'HEAD' || isNullBodyStatus(status)) {
    abandon(body, undefined);
    fillHead(response, given);
    response.end();
    return;
  }
  await sendBody(body, request.signal, response, () => fillHead(response, given));
}

/** Answers with a status alone. */
export function sendStatus(response: HTTPServerResponse, status: number): void {
  response.status = status;
  if (status === 204) {
    response.end();
    return;
  }
  response.setContentType('text/plain').end(`${String(status)} ${response.message.reason}\n`);
}

/** A `Response` of another implementation than this Node.js's own is as good. */
function checkIsResponse(given: unknown): asserts given is Response {
  const { status, headers, body, bodyUsed } = (given ?? {}) as Partial<Response>;
  if (typeof status !== 'number' || typeof headers !== 'object' || body === undefined) {
    throw new TypeError('a fetch handler gives a Response');
  }
  if (bodyUsed === true || body?.locked === true) {
    throw new TypeError('the body of this Response was used already');
  }
}

/** The Fetch standard's null body statuses, as far as a final response can have one. */
function isNullBodyStatus(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/**
 * Fields about this one connection, which is the session's. A handler that passes on what `fetch` got from another server
 * has that server's among them, and whoever passes a message on must take them out (RFC 9110 section 7.6.1).
 */
const OF_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;

/** Status, reason and fields of a response. @throws TypeError, RangeError for what cannot be sent. */
function fillHead(response: HTTPServerResponse, given: Response): void {
  const { message } = response;
  message.status = given.status;
  if (given.statusText !== '') message.reason = given.statusText;
  // Each Set-Cookie comes by itself, as they cannot be joined (RFC 6265 section 3).
  for (const [name, value] of given.headers) {
    if (OF_CONNECTION.has(name)) fillConnectionField(response, name, value);
    else message.add(name, value);
  }
}

/** Of the fields about the connection two are a handler's business: that it is to close, and what 426 asks for. */
function fillConnectionField(response: HTTPServerResponse, name: string, value: string): void {
  const { message } = response;
  if (name === 'connection' && CLOSE.test(value)) message.add('Connection', 'close');
  if (name !== 'upgrade' || message.status !== 426) return;
  message.add('Upgrade', value);
  // RFC 9110 section 7.8: whoever sends Upgrade names it in Connection.
  message.add('Connection', 'Upgrade');
}
