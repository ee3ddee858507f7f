import { RemoteProtocolError, TimeoutError, type HTTPSessionError } from '../../errors/index.js';
import { HTTPResponse, type HTTPRequest } from '../../protocol/index.js';
import type { SessionCore } from '../core/session-core.js';
import type { ServerSettings } from './server-settings.js';

const statusLines: string[] = [];

function statusLine(message: HTTPResponse): string {
  const { status } = message;
  const known = message.hasStandardReason ? statusLines[status] : undefined;
  if (known !== undefined) return known;
  const line = `HTTP/1.1 ${String(status)} ${message.reason}\r\n`;
  if (message.hasStandardReason) statusLines[status] = line;
  return line;
}

/** Whether a message with this status never has a body, whatever its fields say (RFC 9110 section 6.4.1). */
export function isBodiless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304 || status < 200;
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
  settings: ServerSettings,
): string {
  const { softwareVersion, keepAliveLines } = settings;
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

/** The status that answers a request which failed with an error. */
export function statusOf(error: HTTPSessionError): number {
  if (error instanceof RemoteProtocolError) return error.status;
  return error instanceof TimeoutError ? 408 : 400;
}

/** A whole response that says no more than its status. */
export function refusal(core: SessionCore, status: number, settings: ServerSettings): string {
  const message = new HTTPResponse(status);
  message.setContentType('text/plain');
  const text = `${String(status)} ${message.reason}\n`;
  const framing = `Content-Length: ${String(text.length)}\r\n`;
  return finalHead(core, message, framing, false, settings) + text;
}

/** The first of the protocols that an Upgrade field lists (RFC 9110 section 7.8); a field trims what it is set to. */
function firstOffer(upgrade = ''): string {
  return upgrade.split(',', 1)[0] as string;
}

/**
 * The answer that agrees to a switch, with the fields of `message`: 101, or 200 for CONNECT. Neither has a body, and
 * neither may frame one (RFC 9110 sections 8.6 and 9.3.6). The message itself is left as it is, for the case that
 * there is no switch after all.
 */
export function switchResponse(
  message: HTTPResponse,
  request: Pick<HTTPRequest, 'method' | 'get'>,
): HTTPResponse {
  const isTunnel = request.method === 'CONNECT';
  const answer = new HTTPResponse(isTunnel ? 200 : 101);
  for (const [name, value] of message) answer.add(name, value);
  answer.delete('Content-Length');
  answer.delete('Transfer-Encoding');
  if (isTunnel) return answer;
  if (!answer.has('Upgrade')) answer.set('Upgrade', firstOffer(request.get('Upgrade')));
  answer.set('Connection', 'Upgrade');
  return answer;
}

/*
 * The Date field (RFC 9110 section 6.6.1), formatted once a second for the whole process: formatting it per response
 * is more than a tenth of what a small response costs.
 */

let second = -1;
let end = '';

/**
 * The end of a head: the line `Date: ...` and the blank line, for a wall-clock time in milliseconds since the Unix
 * epoch.
 */
export function dateAndBlankLine(now: number): string {
  const current = Math.floor(now / 1000);
  if (current !== second) {
    second = current;
    end = `Date: ${new Date(now).toUTCString()}\r\n\r\n`;
  }
  return end;
}
