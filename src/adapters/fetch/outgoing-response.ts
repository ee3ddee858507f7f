import type { HTTPServerRequest, HTTPServerResponse } from '../../session/index.js';
import { bodyBehind } from './light-request.js';
import { LightResponse } from './light-response.js';
import { NativeResponse, onlyFieldOf, takeSource } from './native-classes.js';
import { abandon, readWhole, sendBody, sendIncoming } from './outgoing-body.js';

/**
 * Sends the response of a fetch handler. Throws or rejects if it cannot be sent, or the connection is lost; a promise is
 * only returned where there is something to wait for.
 */
export function deliver(
  given: Response,
  request: HTTPServerRequest,
  response: HTTPServerResponse,
): Promise<void> | undefined {
  if (!sendLight(given, response)) return deliverStandard(given, request, response);
  return undefined;
}

/** Sends a light response; `false` for others, and if it is not to be sent. */
function sendLight(given: unknown, response: HTTPServerResponse): boolean {
  if (typeof given !== 'object' || given === null || !LightResponse.is(given) || response.sent) return false;
  const body = LightResponse.take(given);
  if (body === undefined) return false;
  const { status, statusText } = given;
  fillStatus(response, status, statusText);
  const fields = LightResponse.fieldsOf(given);
  for (let at = 0; at < fields.length; at += 2)
    addField(response, fields[at] as string, fields[at + 1] as string);
  response.end(isNullBodyStatus(status) || body === null ? undefined : body);
  return true;
}

function deliverStandard(
  given: Response,
  request: HTTPServerRequest,
  response: HTTPServerResponse,
): Promise<void> | undefined {
  if (!response.sent && sendSource(given, response)) return undefined;
  checkIsResponse(given);
  const { body, status } = given;
  // The handler has responded through the context, or the client is gone.
  if (response.sent) {
    abandon(body, request.signal.reason);
    return undefined;
  }
  // `Response.error()` means that there is no response. It is not a mistake of the handler.
  if (status === 0) {
    sendStatus(response, 500);
    return undefined;
  }
  if (body === null || isNullBodyStatus(status)) {
    abandon(body, undefined);
    fillHead(response, given);
    response.end();
    return undefined;
  }
  if (request.method === 'HEAD') return sendHeadOnly(given, body, response);
  const incoming = bodyBehind(body);
  if (incoming !== undefined) {
    body.getReader();
    return sendIncoming(incoming, request, response, () => fillHead(response, given));
  }
  return sendBody(body, request, response, () => fillHead(response, given));
}

/** Sends a response of Node.js that was made from text or bytes; `false` for others. */
function sendSource(given: unknown, response: HTTPServerResponse): boolean {
  if (!(given instanceof NativeResponse)) return false;
  const { body, status } = given;
  // A null body status comes with a body only if a program has put one there.
  if (body === null || isNullBodyStatus(status)) return false;
  const source = takeSource(given, body);
  if (source === null) return false;
  fillHead(response, given);
  response.end(source);
  return true;
}

/** Sends the head of GET. The length of a text or of bytes is part of it; what a stream would yield is never asked for. */
async function sendHeadOnly(
  given: Response,
  body: ReadableStream<unknown>,
  response: HTTPServerResponse,
): Promise<void> {
  fillHead(response, given);
  const whole = response.message.hasContentLength() ? null : await readWhole(body);
  if (whole === null) abandon(body, undefined);
  response.end(whole ?? '');
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
  fillStatus(response, given.status, given.statusText);
  // `headers` yields each Set-Cookie by itself, as they cannot be joined (RFC 6265 section 3).
  const { headers } = given;
  const only = onlyFieldOf(headers);
  if (only !== null) addField(response, only[0], only[1]);
  else for (const [name, value] of headers) addField(response, name, value);
}

function fillStatus({ message }: HTTPServerResponse, status: number, statusText: string): void {
  message.status = status;
  if (statusText !== '') message.reason = statusText;
}

function addField(response: HTTPServerResponse, name: string, value: string): void {
  if (OF_CONNECTION.has(name)) addConnectionField(response, name, value);
  else response.message.add(name, value);
}

/** A handler may set two fields about the connection: `Connection: close`, and `Upgrade` with status 426. */
function addConnectionField(response: HTTPServerResponse, name: string, value: string): void {
  const { message } = response;
  if (name === 'connection' && CLOSE.test(value)) message.add('Connection', 'close');
  if (name !== 'upgrade' || message.status !== 426) return;
  message.add('Upgrade', value);
  // RFC 9110 section 7.8: a sender of Upgrade names it in Connection.
  message.add('Connection', 'Upgrade');
}
