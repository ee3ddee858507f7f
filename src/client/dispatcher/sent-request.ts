import { stringify, type ParsedUrlQueryInput } from 'node:querystring';

import { describeValue } from '../../errors/index.js';
import type { HeaderInit } from '../../protocol/index.js';
import type { RequestInit } from '../../session/index.js';
import type { DispatchInit } from './dispatch-client.js';
import type { DispatchOptions } from './dispatch-options.js';
import { isFile, isForm, multipart, type MadeBody } from './multipart.js';
import { sentFields, withField } from './sent-fields.js';
import type { SentReport } from './sent-report.js';

/** A request that is dispatched, as a client takes it. */
export interface SentRequest {
  /** The URL; for a CONNECT the authority. */
  readonly target: string;
  readonly init: DispatchInit;
}

type Mutable<T> = { -readonly [TKey in keyof T]: T[TKey] };

/**
 * What a client has to send for the options of a dispatch.
 *
 * @param onInterim - gets interim responses.
 * @param report - what the handler hears about the body; `null` if it does not want to.
 * @throws TypeError for options that are malformed, or that no client can meet.
 */
export function sentRequest(
  options: DispatchOptions,
  signal: AbortSignal,
  onInterim: NonNullable<DispatchInit['onInterim']>,
  report: SentReport | null,
): SentRequest {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError(`dispatch(): the options must be an object (got ${describeValue(options)})`);
  }
  const { method, body, headersTimeout: head, bodyTimeout: receive } = options;
  const isConnect = method === 'CONNECT';
  // The `connect` of undici puts a slash in front.
  const target = isConnect ? options.path.replace(/^\//, '') : urlOf(options);
  const init: Mutable<DispatchInit> = { method, signal, onInterim, headers: sentFields(options.headers) };
  if (isBody(body)) addBody(init, body, report);
  if (options.reset === true) init.headers = withField(init.headers, 'Connection', 'close');
  if (options.expectContinue === true) init.expectContinue = true;
  if (isSet(head) || isSet(receive))
    init.timeouts = { head: head ?? undefined, receive: receive ?? undefined };
  return { target, init };
}

function isSet(timeout: number | null | undefined): timeout is number {
  return timeout !== undefined && timeout !== null;
}

/** The scheme, host and port of a request. @throws TypeError */
export function originOf({ origin }: DispatchOptions): string {
  if (origin instanceof URL) return origin.origin;
  if (typeof origin !== 'string' || origin === '') {
    throw new TypeError(`origin: must be a URL with scheme and host (got ${describeValue(origin)})`);
  }
  return origin.endsWith('/') ? origin.slice(0, -1) : origin;
}

function urlOf(options: DispatchOptions): string {
  const { path, query, servername } = options;
  const origin = originOf(options);
  if (typeof path !== 'string' || !path.startsWith('/')) {
    const hint = /^https?:/.test(path) ? '; a proxy is an option of the client' : '';
    throw new TypeError(`path: must start with "/" (got ${describeValue(path)})${hint}`);
  }
  if (typeof servername === 'string' && servername !== '') checkServerName(servername, origin);
  if (query === undefined || query === null) return origin + path;
  if (/[?#]/.test(path)) throw new TypeError('query: the path has one already; pass one of the two');
  const text = stringify(query as ParsedUrlQueryInput);
  return text === '' ? origin + path : `${origin}${path}?${text}`;
}

/** A name of its own in the TLS handshake would need a pool of its own. */
function checkServerName(name: string, origin: string): void {
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'http:' || hostname.toLowerCase() === name.toLowerCase()) return;
  throw new TypeError(
    `servername: must be the host of the origin, ${hostname} (got ${describeValue(name)}); ` +
      'for another one make a client with the option tls.servername',
  );
}

/** Without content there is no body, as with undici. */
function isBody(body: unknown): boolean {
  if (body === undefined || body === null || body === '') return false;
  return !((ArrayBuffer.isView(body) || body instanceof ArrayBuffer) && body.byteLength === 0);
}

function addBody(init: Mutable<DispatchInit>, body: unknown, report: SentReport | null): void {
  if (typeof body === 'object' && body !== null) {
    const made = madeBody(body);
    if (made !== null) {
      addMade(init, made, report);
      return;
    }
  }
  init.body = body as RequestInit['body'];
  if (report === null) return;
  if (isWhole(body)) {
    init.onProgress = () => {
      report.whole(body);
    };
  } else init.body = report.pieces(body as AsyncIterable<Uint8Array>);
}

function isWhole(body: unknown): boolean {
  return typeof body === 'string' || ArrayBuffer.isView(body) || body instanceof ArrayBuffer;
}

/** A form or a file can be read for each attempt. */
function madeBody(body: object): MadeBody | null {
  if (isForm(body)) return multipart(body);
  return isFile(body) ? { type: body.type, length: body.size, pieces: () => body.stream() } : null;
}

function addMade(init: Mutable<DispatchInit>, made: MadeBody, report: SentReport | null): void {
  let headers: HeaderInit | undefined = withField(init.headers, 'Content-Length', String(made.length));
  if (made.type !== '') headers = withField(headers, 'Content-Type', made.type);
  init.headers = headers;
  init.body = report === null ? made.pieces : () => report.pieces(made.pieces());
}
