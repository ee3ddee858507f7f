import { RemoteProtocolError, TimeoutError, type HTTPSessionError } from '../../errors/index.js';
import { HTTPResponse } from '../../protocol/index.js';
import { finalHead, type ServerManners } from './response-head.js';
import type { SessionCore } from '../core/session-core.js';

/** The status that answers a request which failed with an error. */
export function statusOf(error: HTTPSessionError): number {
  if (error instanceof RemoteProtocolError) return error.status;
  return error instanceof TimeoutError ? 408 : 400;
}

/** A whole response that says no more than its status. */
export function refusal(core: SessionCore, status: number, manners: ServerManners): string {
  const message = new HTTPResponse(status);
  message.setContentType('text/plain');
  const text = `${String(status)} ${message.reason}\n`;
  const framing = `Content-Length: ${String(text.length)}\r\n`;
  return finalHead(core, message, framing, false, manners) + text;
}
