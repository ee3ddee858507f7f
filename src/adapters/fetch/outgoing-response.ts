import type { HTTPServerRequest, HTTPServerResponse } from '../../session/index.js';
import { abandon, sendBody } from './outgoing-body.js';
import { fillHead } from './response-head.js';

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
