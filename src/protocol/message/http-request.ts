import { assertMethod, assertRequestTarget, isToken, listHas, sliceTrimmed } from '../grammar.js';
import { HTTPMessage, type HTTPMessageInit, type HTTPVersion } from './http-message.js';

/** A request head: method, URI, version and fields. POCO: `HTTPRequest`. */
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
    const cookies = Object.create(null) as Record<string, string>;
    for (const pair of this.getAll('Cookie').join(';').split(';')) {
      const equals = pair.indexOf('=');
      const name = sliceTrimmed(pair, 0, Math.max(equals, 0));
      if (name !== '' && !(name in cookies)) cookies[name] = sliceTrimmed(pair, equals + 1, pair.length);
    }
    return cookies;
  }

  /**
   * Sets one Cookie field, in place of all others.
   *
   * @throws TypeError for a name that is not a token, or a value that would end the cookie or the field.
   *
   * POCO: `setCookies`.
   */
  setCookies(cookies: Readonly<Record<string, string>>): void {
    const pairs = Object.entries(cookies);
    for (const [name, value] of pairs) {
      if (!isToken(name) || value.includes(';'))
        throw new TypeError(`cookie ${JSON.stringify(name)}: invalid name or value`);
    }
    if (pairs.length === 0) this.delete('Cookie');
    else this.set('Cookie', pairs.map(([name, value]) => `${name}=${value}`).join('; '));
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
