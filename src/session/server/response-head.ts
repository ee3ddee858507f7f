import {
  describeValue,
  LocalProtocolError,
  RemoteProtocolError,
  TimeoutError,
  type HTTPSessionError,
} from '../../errors/index.js';
import { CHUNKED, HTTPResponse, UNTIL_CLOSE, type HTTPRequest } from '../../protocol/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';
import { testified } from '../core/testify.js';
import { declaredLength, declaresChunked } from '../message/message-framing.js';
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

/** What of a request decides the head of its response. */
type AnsweredRequest = Pick<HTTPRequest, 'method' | 'version'>;

/** Whether the client knows neither interim responses, nor chunks, nor trailers. */
export function isVersion10({ version }: Pick<HTTPRequest, 'version'>): boolean {
  return version === 'HTTP/1.0';
}

/**
 * The head of a final response, once it is certain that it is sent: the message's own fields, then the framing, then what
 * this side has to say of itself and of the connection, each unless the message says it already, and the date last.
 */
export function finalHead(
  core: SessionCore,
  message: HTTPResponse,
  framing: string,
  request: AnsweredRequest,
  settings: ServerSettings,
): string {
  // RFC 9110 section 8.6: no Content-Length in a 204.
  if (message.status === 204) message.delete('Content-Length');
  // Keep-alive is off when the user's own Connection field says so.
  if (message.has('Connection') && !message.getKeepAlive()) core.advance(EXCHANGE.connectionClose);
  // What follows a CONNECT was meant for the tunnel, whether there is one or not (RFC 9110 section 9.3.6).
  if (request.method === 'CONNECT') core.advance(EXCHANGE.connectionClose);
  const { softwareVersion, keepAliveLines } = settings;
  let ours = '';
  if (softwareVersion !== '' && !message.has('Server')) ours += `Server: ${softwareVersion}\r\n`;
  if (core.exchange.tags.has('finishing')) {
    if (!message.has('Connection')) ours += 'Connection: close\r\n';
    else sayConnectionCloses(message);
  } else if ((isVersion10(request) || keepAliveLines !== '') && !message.has('Connection')) {
    ours += keepAliveLines === '' ? 'Connection: keep-alive\r\n' : keepAliveLines;
  }
  core.responseStatus = message.status;
  const end = message.has('Date') ? '\r\n' : dateAndBlankLine(core.wallTime());
  return statusLine(message) + message.formatBlock() + framing + ours + end;
}

/**
 * Adds `close` to what a response says in Connection, and takes out what contradicts it: a handler that passes on what
 * another server said knows nothing of this connection (RFC 9112 section 9.6).
 */
function sayConnectionCloses(message: HTTPResponse): void {
  const options = message.getAll('Connection').flatMap((value) => value.split(','));
  const others = options
    .map((option) => option.trim())
    .filter((option) => !/^(?:close|keep-alive|)$/i.test(option));
  message.set('Connection', [...others, 'close'].join(', '));
  message.delete('Keep-Alive');
}

/** An interim response. @throws RangeError, TypeError */
export function interimResponse(status: number, fields: Record<string, string>): HTTPResponse {
  if (status < 102 || status > 199)
    throw new RangeError(`status: must be 102 to 199 (got ${String(status)})`);
  return new HTTPResponse(status, undefined, { headers: fields });
}

/** The status of a redirection. @throws RangeError unless 300 to 399. */
export function redirectStatus(status: number): number {
  if (status >= 300 && status <= 399) return status;
  throw new RangeError(`status: must be 300 to 399 (got ${String(status)})`);
}

/** What WWW-Authenticate says to ask for Basic authentication (RFC 7617). @throws TypeError */
export function basicChallenge(realm: string): string {
  if (typeof realm !== 'string') throw new TypeError(`realm: must be a string (got ${describeValue(realm)})`);
  return `Basic realm="${realm.replace(/[\\"]/g, '\\$&')}"`;
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

/** A request of which nothing more is known decides nothing. */
const REFUSED: AnsweredRequest = { method: '', version: 'HTTP/1.1' };

/** A whole response that says no more than its status. */
export function refusal(core: SessionCore, status: number, settings: ServerSettings): string {
  const message = new HTTPResponse(status);
  message.setContentType('text/plain');
  const text = `${String(status)} ${message.reason}\n`;
  const framing = `Content-Length: ${String(text.length)}\r\n`;
  return finalHead(core, message, framing, REFUSED, settings) + text;
}

/** The first of the protocols that an Upgrade field lists (RFC 9110 section 7.8); a field trims what it is set to. */
function firstOffer(upgrade = ''): string {
  return upgrade.split(',', 1)[0] as string;
}

/** Why a response cannot switch protocols, which its request decides. */
export function reasonAgainstSwitch(
  exchange: ReadonlySet<string>,
  request: Pick<HTTPRequest, 'method' | 'has'>,
): string {
  if (!exchange.has('unanswered')) return 'the response has begun';
  if (request.method !== 'CONNECT' && !request.has('Upgrade')) return 'the client has not offered to switch';
  return exchange.has('requesting')
    ? 'the body of the request is not read to its end'
    : 'the offer was not taken up';
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

// ---- framing -------------------------------------------------------------------------------------------------------

/** How a body is framed. */
export interface Framing {
  /** Bytes, `CHUNKED` or `UNTIL_CLOSE`. */
  readonly length: number;
  /** The field line that the message still needs; mostly empty. */
  readonly line: string;
}

/** Lines of small lengths, which most answers have. */
const knownLengthLines: string[] = [];
const KNOWN_LENGTHS = 4_096;

function contentLengthLine(length: number): string {
  if (length >= KNOWN_LENGTHS) return `Content-Length: ${String(length)}\r\n`;
  return (knownLengthLines[length] ??= `Content-Length: ${String(length)}\r\n`);
}

/**
 * The field line that a response needs whose body is known whole.
 *
 * @throws LocalProtocolError
 */
export function wholeResponseLine(message: HTTPResponse, length: number, bodiless: boolean): string {
  refuseInterim(message);
  if (message.has('Transfer-Encoding')) {
    throw new LocalProtocolError('Transfer-Encoding: end(body) frames the body itself; remove the field');
  }
  if (!message.hasContentLength()) {
    const isLengthless = message.status === 204 || message.status === 304 || (bodiless && length === 0);
    return isLengthless ? '' : contentLengthLine(length);
  }
  const declared = declaredLength(message);
  refuseMalformed(declared);
  if (!bodiless && declared !== length) {
    throw new LocalProtocolError(
      `Content-Length: must be the length of the body, ${String(length)} bytes (got ${String(declared)})`,
      'ERR_HTTP_SESSION_BODY_LENGTH',
    );
  }
  return '';
}

/** The same, of an error that testifies. @throws LocalProtocolError */
export function wholeLine(
  core: SessionCore,
  message: HTTPResponse,
  length: number,
  bodiless: boolean,
): string {
  try {
    return wholeResponseLine(message, length, bodiless);
  } catch (error) {
    throw testified(core, error);
  }
}

/**
 * The framing of a response whose body comes in pieces.
 *
 * @throws LocalProtocolError
 */
export function pieceResponseFraming(message: HTTPResponse, bodiless: boolean, isOld: boolean): Framing {
  refuseInterim(message);
  const isChunked = message.has('Transfer-Encoding');
  const declared = declaredLength(message);
  if (isChunked && (declared !== -1 || isOld || !declaresChunked(message))) {
    throw new LocalProtocolError(
      'Transfer-Encoding: must be "chunked" alone, to an HTTP/1.1 client, without Content-Length',
    );
  }
  if (declared !== -1) {
    refuseMalformed(declared);
    return { length: declared, line: '' };
  }
  // Without a length, and without chunks, only the end of the connection can end the body.
  if (isOld) return { length: bodiless ? 0 : UNTIL_CLOSE, line: '' };
  return { length: CHUNKED, line: isChunked || bodiless ? '' : 'Transfer-Encoding: chunked\r\n' };
}

function refuseInterim(message: HTTPResponse): void {
  if (message.status < 200)
    throw new LocalProtocolError(`status: a final response has 200 or more (got ${String(message.status)})`);
}

function refuseMalformed(length: number): void {
  if (!Number.isNaN(length)) return;
  throw new LocalProtocolError('Content-Length: must be one decimal number', 'ERR_HTTP_SESSION_BODY_LENGTH');
}
