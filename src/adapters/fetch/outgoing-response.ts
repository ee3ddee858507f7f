import type { HTTPServerRequest, HTTPServerResponse } from '../../session/index.js';
import { abandon, sendBody } from './outgoing-body.js';

/** Sends the response of a fetch handler. Rejects if it cannot be sent, or the connection is lost. */
export async function deliver(
  given: Response,
  request: HTTPServerRequest,
  response: HTTPServerResponse,
): Promise<void> {
  checkIsResponse(given);
  const { body, status } = given;
  // The handler has responded through the context, or the client is gone.
  if (response.sent) {
    abandon(body, request.signal.reason);
    return;
  }
  // `Response.error()` means that there is no response. It is not a mistake of the handler.
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

/** Responds with a status and its reason as the text. */
export function sendStatus(response: HTTPServerResponse, status: number): void {
  response.status = status;
  if (status === 204) {
    response.end();
    return;
  }
  response.setContentType('text/plain').end(`${String(status)} ${response.message.reason}\n`);
}

/** Accepts a `Response` of any implementation, not only that of Node.js. */
function checkIsResponse(given: unknown): asserts given is Response {
  const { status, headers, body, bodyUsed } = (given ?? {}) as Partial<Response>;
  if (typeof status !== 'number' || typeof headers !== 'object' || body === undefined) {
    throw new TypeError(
      `fetch handler: must return a Response (got ${given === null ? 'null' : typeof given})`,
    );
  }
  if (bodyUsed === true || body?.locked === true) {
    throw new TypeError('fetch handler: the body of its Response was already used');
  }
}

/** Whether this is a null body status of the Fetch standard, among those of final responses. */
function isNullBodyStatus(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/**
 * Fields about this one connection, which is up to the session. A handler that forwards what `fetch` got from another
 * server has that server's fields, and a forwarder must remove them (RFC 9110 section 7.6.1).
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
  // `headers` yields each Set-Cookie by itself, as they cannot be joined (RFC 6265 section 3).
  for (const [name, value] of given.headers) {
    if (OF_CONNECTION.has(name)) fillConnectionField(response, name, value);
    else message.add(name, value);
  }
}

/** A handler may set two fields about the connection: `Connection: close`, and `Upgrade` with status 426. */
function fillConnectionField(response: HTTPServerResponse, name: string, value: string): void {
  const { message } = response;
  if (name === 'connection' && CLOSE.test(value)) message.add('Connection', 'close');
  if (name !== 'upgrade' || message.status !== 426) return;
  message.add('Upgrade', value);
  // RFC 9110 section 7.8: a sender of Upgrade names it in Connection.
  message.add('Connection', 'Upgrade');
}
