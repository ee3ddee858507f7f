import { listHas } from '../grammar.js';
import { MessageHeader, type HeaderInit } from './message-header.js';

/** The supported versions. */
export type HTTPVersion = 'HTTP/1.0' | 'HTTP/1.1';

/** Options of every message. */
export interface HTTPMessageInit {
  /** @defaultValue `'HTTP/1.1'` */
  readonly version?: HTTPVersion;
  /** The first fields. */
  readonly headers?: HeaderInit;
}

/** The base of requests and responses. POCO: `HTTPMessage`. */
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
