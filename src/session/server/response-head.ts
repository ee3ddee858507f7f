import { HTTPResponse } from '../../protocol/index.js';
import type { SessionCore } from '../core/session-core.js';
import { dateAndBlankLine } from './http-date.js';

const statusLines: string[] = [];

function statusLine(message: HTTPResponse): string {
  const { status, reason } = message;
  if (reason !== HTTPResponse.getReasonForStatus(status)) return `HTTP/1.1 ${String(status)} ${reason}\r\n`;
  return (statusLines[status] ??= `HTTP/1.1 ${String(status)} ${reason}\r\n`);
}

/** Whether a message with this status never has a body, whatever its fields say (RFC 9110 section 6.4.1). */
export function isBodiless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304 || status < 200;
}

/** What a server adds to its heads. */
export interface ServerManners {
  /** The value of the Server field; empty for no such field. */
  readonly softwareVersion: string;
  /** The field lines by which the connection is offered to be kept; empty where HTTP/1.1 needs none. */
  readonly keepAliveLines: string;
}

/**
 * The head of a final response: the message's own fields, then the framing, then what this side has to say of itself
 * and of the connection, each unless the message says it already, and the date last.
 */
export function finalHead(
  core: SessionCore,
  message: HTTPResponse,
  framing: string,
  isVersion10: boolean,
  server: ServerManners,
): string {
  const { softwareVersion, keepAliveLines } = server;
  let ours = '';
  if (softwareVersion !== '' && !message.has('Server')) ours += `Server: ${softwareVersion}\r\n`;
  if (core.exchange.tags.has('finishing')) {
    if (!message.has('Connection')) ours += 'Connection: close\r\n';
  } else if ((isVersion10 || keepAliveLines !== '') && !message.has('Connection')) {
    ours += keepAliveLines === '' ? 'Connection: keep-alive\r\n' : keepAliveLines;
  }
  core.responseStatus = message.status;
  const end = message.has('Date') ? '\r\n' : dateAndBlankLine(core.wallTime());
  return statusLine(message) + message.formatBlock() + framing + ours + end;
}

/** The head of an interim response (RFC 9110 section 15.2): no framing, no date. */
export function interimHead(message: HTTPResponse): string {
  return statusLine(message) + message.formatBlock() + '\r\n';
}
