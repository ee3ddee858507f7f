import { describeValue, LocalProtocolError } from '../../errors/index.js';
import { assertMethod, assertRequestTarget, isFieldValue, isRequestTarget, listHas } from '../grammar.js';
import { formatCookies, parseCookies } from './cookies.js';
import { MessageHeader, type HeaderInit } from './message-header.js';
import { reasonForStatus } from './reason-phrases.js';

/** The supported versions. */
export type HTTPVersion = 'HTTP/1.0' | 'HTTP/1.1';

/** Options of every message. */
export interface HTTPMessageInit {
  /** @defaultValue `'HTTP/1.1'` */
  readonly version?: HTTPVersion;
  /** The first fields. */
  readonly headers?: HeaderInit;
}

/** The base of `HTTPRequest` and `HTTPResponse`; see there. POCO: `HTTPMessage`. */
export abstract class HTTPMessage extends MessageHeader {
  /** POCO: `HTTP_1_0`. */
  static readonly HTTP_1_0 = 'HTTP/1.0';
  /** POCO: `HTTP_1_1`. */
  static readonly HTTP_1_1 = 'HTTP/1.1';
  /** `getContentLength()` of a message without Content-Length. */
  static readonly UNKNOWN_CONTENT_LENGTH = -1;
  /** `getContentType()` of a message without Content-Type. */
  static readonly UNKNOWN_CONTENT_TYPE = '';
  /** `getTransferEncoding()` of a message without Transfer-Encoding. */
  static readonly IDENTITY_TRANSFER_ENCODING = 'identity';
  /** `getTransferEncoding()` of a chunked message. */
  static readonly CHUNKED_TRANSFER_ENCODING = 'chunked';

  #versionText: HTTPVersion = 'HTTP/1.1';

  protected constructor(init: HTTPMessageInit | undefined) {
    super(init?.headers);
    if (init?.version !== undefined) this.version = init.version;
  }

  /** The HTTP version. Setting anything but `HTTP/1.1` or `HTTP/1.0` throws a `RangeError`. */
  get version(): HTTPVersion {
    return this.#versionText;
  }

  set version(version: HTTPVersion) {
    if (!isVersion(version))
      throw new RangeError(`HTTP version: must be HTTP/1.1 or HTTP/1.0 (got ${String(version)})`);
    this.#versionText = version;
  }

  /** POCO: `getVersion`. */
  getVersion(): HTTPVersion {
    return this.version;
  }

  /** POCO: `setVersion`. */
  setVersion(version: HTTPVersion): void {
    this.version = version;
  }

  /** Whether there is a Content-Length. POCO: `hasContentLength`. */
  hasContentLength(): boolean {
    return this.has('Content-Length');
  }

  /** The declared length of the body in bytes; -1 if none is declared. POCO: `getContentLength`. */
  getContentLength(): number {
    const value = this.get('Content-Length');
    return value === undefined ? HTTPMessage.UNKNOWN_CONTENT_LENGTH : Number(value);
  }

  /**
   * Declares the length of the body in bytes; -1 removes the declaration.
   *
   * @throws RangeError unless it is -1 or a safe integer, 0 or more.
   *
   * POCO: `setContentLength`.
   */
  setContentLength(length: number): void {
    if (length === HTTPMessage.UNKNOWN_CONTENT_LENGTH) {
      this.delete('Content-Length');
      return;
    }
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`Content-Length: must be an integer, 0 or more (got ${String(length)})`);
    }
    this.set('Content-Length', length);
  }

  /** The transfer coding; `identity` if there is none. POCO: `getTransferEncoding`. */
  getTransferEncoding(): string {
    return this.get('Transfer-Encoding') ?? HTTPMessage.IDENTITY_TRANSFER_ENCODING;
  }

  /** Sets the transfer coding; `identity` removes the field. POCO: `setTransferEncoding`. */
  setTransferEncoding(coding: string): void {
    if (coding.toLowerCase() === HTTPMessage.IDENTITY_TRANSFER_ENCODING) this.delete('Transfer-Encoding');
    else this.set('Transfer-Encoding', coding);
  }

  /** Whether the body is chunked. POCO: `getChunkedTransferEncoding`. */
  getChunkedTransferEncoding(): boolean {
    return this.getTransferEncoding().toLowerCase() === HTTPMessage.CHUNKED_TRANSFER_ENCODING;
  }

  /** Sets or removes the chunked coding. POCO: `setChunkedTransferEncoding`. */
  setChunkedTransferEncoding(chunked: boolean): void {
    this.setTransferEncoding(
      chunked ? HTTPMessage.CHUNKED_TRANSFER_ENCODING : HTTPMessage.IDENTITY_TRANSFER_ENCODING,
    );
  }

  /** The media type; empty if there is none. POCO: `getContentType`. */
  getContentType(): string {
    return this.get('Content-Type') ?? HTTPMessage.UNKNOWN_CONTENT_TYPE;
  }

  /** Sets the media type; an empty one removes it. POCO: `setContentType`. */
  setContentType(mediaType: string): void {
    if (mediaType === HTTPMessage.UNKNOWN_CONTENT_TYPE) this.delete('Content-Type');
    else this.set('Content-Type', mediaType);
  }

  /**
   * Whether the message lets the connection persist (RFC 9112 section 9.3): in HTTP/1.1 unless Connection says `close`,
   * in HTTP/1.0 only if it says `keep-alive`. POCO: `getKeepAlive`.
   */
  getKeepAlive(): boolean {
    return isPersistent(this.version, this.has('Connection') ? this.getAll('Connection').join(',') : '');
  }

  /** Sets Connection to `Keep-Alive` or `Close`. POCO: `setKeepAlive`. */
  setKeepAlive(keepAlive: boolean): void {
    this.set('Connection', keepAlive ? 'Keep-Alive' : 'Close');
  }

  /**
   * Replaces version and fields by what a reader has validated.
   *
   * @internal
   */
  protected adoptMessage(version: HTTPVersion, block: string): void {
    this.#versionText = version;
    this.adoptBlock(block);
  }
}

/** Whether this is a supported version. */
export function isVersion(text: string): text is HTTPVersion {
  return text === 'HTTP/1.1' || text === 'HTTP/1.0';
}

/** The rule of `getKeepAlive`, for the joined Connection values (RFC 9112 section 9.3). */
export function isPersistent(version: HTTPVersion, connection: string): boolean {
  if (version === 'HTTP/1.0') return listHas(connection, 'keep-alive') && !listHas(connection, 'close');
  return connection === '' || !listHas(connection, 'close');
}

/**
 * A request head: method, URI, version and fields. POCO: `HTTPRequest`.
 *
 * @example
 * ```ts
 * const request = new HTTPRequest('GET', '/orders?page=2');
 * request.set('Accept', 'application/json');
 * ```
 */
export class HTTPRequest extends HTTPMessage {
  /** POCO: `HTTP_GET`. */
  static readonly HTTP_GET = 'GET';
  /** POCO: `HTTP_HEAD`. */
  static readonly HTTP_HEAD = 'HEAD';
  /** POCO: `HTTP_PUT`. */
  static readonly HTTP_PUT = 'PUT';
  /** POCO: `HTTP_POST`. */
  static readonly HTTP_POST = 'POST';
  /** POCO: `HTTP_OPTIONS`. */
  static readonly HTTP_OPTIONS = 'OPTIONS';
  /** POCO: `HTTP_DELETE`. */
  static readonly HTTP_DELETE = 'DELETE';
  /** POCO: `HTTP_TRACE`. */
  static readonly HTTP_TRACE = 'TRACE';
  /** POCO: `HTTP_CONNECT`. */
  static readonly HTTP_CONNECT = 'CONNECT';
  /** POCO: `HTTP_PATCH`. */
  static readonly HTTP_PATCH = 'PATCH';

  #methodText = 'GET';
  #target = '/';

  /**
   * @param method - any token. Default: `GET`.
   * @param uri - the request target, as in the request line. Default: `/`.
   * @throws TypeError for a malformed method, URI or header field.
   */
  constructor(method?: string, uri?: string, init?: HTTPMessageInit) {
    super(init);
    if (method !== undefined) this.method = method;
    if (uri !== undefined) this.uri = uri;
  }

  /** The method, case-sensitive. Setting one that is not a token throws a `TypeError`. */
  get method(): string {
    return this.#methodText;
  }

  set method(method: string) {
    assertMethod(method);
    this.#methodText = method;
  }

  /**
   * The request target (RFC 9112 section 3.2). Setting one with whitespace, a control character, `#`, a character
   * beyond ASCII, or in none of the four forms throws a `TypeError`. Whether it fits the method is checked when the
   * request is sent.
   */
  get uri(): string {
    return this.#target;
  }

  set uri(uri: string) {
    assertRequestTarget(uri);
    this.#target = uri;
  }

  /** POCO: `getMethod`. */
  getMethod(): string {
    return this.method;
  }

  /** POCO: `setMethod`. */
  setMethod(method: string): void {
    this.method = method;
  }

  /** POCO: `getURI`. */
  getURI(): string {
    return this.uri;
  }

  /** POCO: `setURI`. */
  setURI(uri: string): void {
    this.uri = uri;
  }

  /** The value of the Host field; `undefined` if there is none. POCO: `getHost`, which throws instead. */
  getHost(): string | undefined {
    return this.get('Host');
  }

  /**
   * Sets the Host field. The default ports 80 and 443 are left out, and an IPv6 address gets its brackets.
   *
   * @throws TypeError for invalid characters; RangeError for a port outside of 0 to 65535.
   *
   * POCO: `setHost`.
   */
  setHost(host: string, port?: number): void {
    if (port === undefined) {
      this.set('Host', host);
      return;
    }
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new RangeError(`port: must be an integer from 0 to 65535 (got ${String(port)})`);
    }
    const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
    this.set('Host', port === 80 || port === 443 ? name : `${name}:${String(port)}`);
  }

  /** Whether the client waits for `100 Continue` before it sends the body. POCO: `getExpectContinue`. */
  getExpectContinue(): boolean {
    return this.has('Expect') && listHas(this.getAll('Expect').join(','), '100-continue');
  }

  /** POCO: `setExpectContinue`. */
  setExpectContinue(expectContinue: boolean): void {
    if (expectContinue) this.set('Expect', '100-continue');
    else this.delete('Expect');
  }

  /** The cookies of all Cookie fields, in an object without a prototype. Of equal names the first counts. POCO: `getCookies`. */
  getCookies(): Record<string, string> {
    return parseCookies(this.getAll('Cookie').join(';'));
  }

  /**
   * Sets one Cookie field, in place of all others.
   *
   * @throws TypeError for a name that is not a token, or a value that would end the cookie or the field.
   *
   * POCO: `setCookies`.
   */
  setCookies(cookies: Readonly<Record<string, string>>): void {
    const text = formatCookies(cookies);
    if (text === '') this.delete('Cookie');
    else this.set('Cookie', text);
  }

  override toJSON(): Record<string, unknown> {
    return { method: this.method, version: this.version, ...super.toJSON() };
  }

  /**
   * Replaces everything by the parts of a head that a reader has validated.
   *
   * @internal
   */
  adopt(method: string, target: string, version: HTTPVersion, block: string): void {
    this.#methodText = method;
    this.#target = target;
    this.adoptMessage(version, block);
  }
}

/**
 * The head of a request, blank line included: one latin1 string, so that head and body can leave in one write. The
 * parts of the message were checked when they were set.
 *
 * @param extraLines - further field lines, each with its CRLF, which are not checked.
 * @throws LocalProtocolError if the form of the target does not fit the method (RFC 9112 section 3.2).
 */
export function writeRequestHead(message: HTTPRequest, extraLines = ''): string {
  const { method, uri } = message;
  // The characters were checked when the target was set. A path fits every method except CONNECT.
  const fits = uri.charCodeAt(0) === 0x2f ? method !== 'CONNECT' : isRequestTarget(uri, method);
  if (!fits) {
    throw new LocalProtocolError(`request target: does not fit ${method}`, 'ERR_HTTP_SESSION_BAD_TARGET');
  }
  return `${method} ${uri} ${message.version}\r\n${message.formatBlock()}${extraLines}\r\n`;
}

/**
 * A response head: status, reason, version and fields. POCO: `HTTPResponse`.
 *
 * @example
 * ```ts
 * const response = new HTTPResponse(404);
 * console.log(response.reason); // Not Found
 * ```
 */
export class HTTPResponse extends HTTPMessage {
  #code = 200;
  #phrase: string | undefined = undefined;

  /**
   * @param status - the status code. Default: 200.
   * @param reason - the reason phrase. Default: the standard phrase of the status.
   * @throws RangeError for a status outside of 100 to 999; TypeError for a malformed reason or header field.
   */
  constructor(status?: number, reason?: string, init?: HTTPMessageInit) {
    super(init);
    if (status !== undefined) this.status = status;
    if (reason !== undefined) this.reason = reason;
  }

  /** The standard reason phrase of a status; `'???'` if it has none. POCO: `getReasonForStatus`. */
  static getReasonForStatus(status: number): string {
    return reasonForStatus(status);
  }

  /** The status code. Setting anything but an integer from 100 to 999 throws a `RangeError`. */
  get status(): number {
    return this.#code;
  }

  set status(status: number) {
    if (!Number.isInteger(status) || status < 100 || status > 999) {
      throw new RangeError(`status: must be an integer from 100 to 999 (got ${describeValue(status)})`);
    }
    this.#code = status;
  }

  /**
   * The reason phrase. Unless one was set or received, it follows the status. Setting one with control characters or
   * characters above U+00FF throws a `TypeError`. POCO: `reason`, which does not follow the status.
   */
  get reason(): string {
    return this.#phrase ?? reasonForStatus(this.#code);
  }

  set reason(reason: string) {
    if (typeof reason !== 'string' || !isFieldValue(reason))
      throw new TypeError('reason phrase: invalid character');
    this.#phrase = reason;
  }

  /** Whether the reason follows the status. @internal */
  get hasStandardReason(): boolean {
    return this.#phrase === undefined;
  }

  /** POCO: `getStatus`. */
  getStatus(): number {
    return this.status;
  }

  /** POCO: `setStatus`. */
  setStatus(status: number): void {
    this.status = status;
  }

  /** POCO: `getReason`. */
  getReason(): string {
    return this.reason;
  }

  /** POCO: `setReason`. */
  setReason(reason: string): void {
    this.reason = reason;
  }

  /** Sets both. Default reason: the standard phrase. POCO: `setStatusAndReason`. */
  setStatusAndReason(status: number, reason?: string): void {
    this.status = status;
    this.#phrase = undefined;
    if (reason !== undefined) this.reason = reason;
  }

  /** The Date field; `undefined` if there is none or it is not a date. POCO: `getDate`. */
  getDate(): Date | undefined {
    const date = new Date(this.get('Date') ?? Number.NaN);
    return Number.isNaN(date.getTime()) ? undefined : date;
  }

  /** Sets the Date field (IMF-fixdate, RFC 9110 section 5.6.7). POCO: `setDate`. */
  setDate(date: Date): void {
    if (Number.isNaN(date.getTime())) throw new RangeError('date: invalid');
    this.set('Date', date.toUTCString());
  }

  /** Adds a Set-Cookie field with this text. POCO: `addCookie`. */
  addCookie(cookie: string): void {
    this.add('Set-Cookie', cookie);
  }

  override toJSON(): Record<string, unknown> {
    return { status: this.status, version: this.version, ...super.toJSON() };
  }

  /**
   * Replaces everything by the parts of a head that a reader has validated.
   *
   * @internal
   */
  adopt(status: number, reason: string, version: HTTPVersion, block: string): void {
    this.#code = status;
    this.#phrase = reason;
    this.adoptMessage(version, block);
  }
}
