import type { Writable } from 'node:stream';

import { LocalProtocolError } from '../errors/index.js';
import {
  CHUNKED,
  createBodyWriter,
  HTTPResponse,
  UNTIL_CLOSE,
  type BodyWriter,
  type MessageHeader,
} from '../protocol/index.js';
import { pieceWritable } from '../streams/index.js';
import { EXCHANGE } from './charts.js';
import { finalHead, interimHead, isBodiless } from './response-head.js';
import type { SessionCore } from './session-core.js';
import { testify } from './testify.js';

/** Up to this many bytes a body is joined to its head as text: one string and one write, with no copy of ours. */
const AS_TEXT = 4_096;

/** Up to this many bytes a body is copied behind its head, so that both leave in one write. */
const AS_ONE_BUFFER = 65_536;

/** What the loop of a server session has to hear from a response. */
export interface ResponseOwner {
  readonly softwareVersion: string;
  /** The response is complete. */
  responseCompleted(): void;
}

/** What a response has to know of the request that it answers. */
export interface AnsweredRequest {
  readonly method: string;
  readonly version: string;
}

/**
 * A response as a server sends it. POCO: `HTTPServerResponse`.
 *
 * `end(body)` sends head and body in one write. For bodies that come in pieces, `write` and then `end`; with a
 * Content-Length set the body has to be exactly that long, without one it is chunked (for HTTP/1.0, until close).
 */
export class HTTPServerResponse {
  /** The head as a message: all members of `HTTPResponse`. */
  readonly message = new HTTPResponse();
  readonly #core: SessionCore;
  readonly #owner: ResponseOwner;
  readonly #request: AnsweredRequest;
  readonly #number: number;
  #writer: BodyWriter | null = null;

  /** @internal */
  constructor(core: SessionCore, owner: ResponseOwner, request: AnsweredRequest) {
    this.#core = core;
    this.#owner = owner;
    this.#request = request;
    this.#number = core.requestNumber;
  }

  /** The status code, 200 by default. POCO: `getStatus`. */
  get status(): number {
    return this.message.status;
  }

  /** @throws RangeError unless 100 to 999. POCO: `setStatus`. */
  set status(status: number) {
    this.message.status = status;
  }

  /** Whether the head was sent. POCO: `sent`. */
  get sent(): boolean {
    return !this.#isCurrent || !this.#core.exchange.tags.has('unanswered');
  }

  /** Whether the response is complete, or cannot be completed any more. */
  get finished(): boolean {
    return !this.#isCurrent || !this.#core.exchange.tags.has('responding');
  }

  /** Sets a field, replacing its values. @throws TypeError for a malformed name or value. */
  set(name: string, value: string | number): this {
    this.message.set(name, value);
    return this;
  }

  /** Adds a field beside those of the same name. @throws TypeError for a malformed name or value. */
  add(name: string, value: string | number): this {
    this.message.add(name, value);
    return this;
  }

  /** The first value of a field that was set. */
  get(name: string): string | undefined {
    return this.message.get(name);
  }

  /** Declares the length of the body in bytes. POCO: `setContentLength`. @throws RangeError */
  setContentLength(length: number): this {
    this.message.setContentLength(length);
    return this;
  }

  /** POCO: `setContentType`. */
  setContentType(mediaType: string): this {
    this.message.setContentType(mediaType);
    return this;
  }

  /**
   * Sends an interim response, such as 103 Early Hints, in front of the final one.
   *
   * @throws RangeError unless the status is 102 to 199; LocalProtocolError for HTTP/1.0 clients;
   * InvalidStateError when the final response has begun.
   */
  sendInterim(status: number, fields?: Record<string, string>): void {
    if (status < 102 || status > 199) throw new RangeError('an interim status is 102 to 199');
    const head = interimHead(
      new HTTPResponse(status, undefined, fields === undefined ? {} : { headers: fields }),
    );
    if (this.#request.version === 'HTTP/1.0') {
      throw testify(this.#core, new LocalProtocolError('an HTTP/1.0 client understands no interim response'));
    }
    this.#step('sendInterim()', EXCHANGE.responseInterim);
    this.#core.writeText(head);
  }

  /** Sends 100 Continue now, instead of when the body is first read. POCO: `sendContinue`. */
  sendContinue(): void {
    if (!this.#core.exchange.tags.has('awaitingContinue')) return;
    this.#step('sendContinue()', EXCHANGE.responseContinue);
    this.#core.writeText('HTTP/1.1 100 Continue\r\n\r\n');
  }

  /** Answers with a redirection. POCO: `redirect`. @throws RangeError unless the status is 300 to 399. */
  redirect(uri: string, status = 302): void {
    if (status < 300 || status > 399) throw new RangeError('a redirection has a status of 300 to 399');
    this.status = status;
    this.set('Location', uri);
    this.end();
  }

  /** Answers with 401 and asks for Basic authentication. POCO: `requireAuthentication`. */
  requireAuthentication(realm: string): void {
    this.status = 401;
    this.set('WWW-Authenticate', `Basic realm="${realm.replace(/[\\"]/g, '\\$&')}"`);
    this.end();
  }

  /** Sends head and body in one write. POCO: `sendBuffer`. */
  sendBuffer(body: string | Uint8Array): void {
    this.end(body);
  }

  /**
   * Sends one piece of the body, the head before it if need be. Resolves once the socket is ready for more.
   *
   * @throws LocalProtocolError when the body gets longer than declared; InvalidStateError when the response is
   * complete; NetworkError, TimeoutError (`send`), AbortedError when the connection is lost.
   */
  async write(piece: string | Uint8Array): Promise<void> {
    const writer = this.#begin();
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
    if (!this.#emit(writer, bytes)) await this.#core.drained();
  }

  /**
   * Completes the response; when nothing was sent yet, head and body leave in one write. A string is UTF-8.
   *
   * @throws LocalProtocolError when the body is not as long as declared; InvalidStateError when the response is
   * complete already or the connection is gone.
   */
  end(body?: string | Uint8Array, trailer?: MessageHeader): void {
    if (this.#writer === null && trailer === undefined) this.#sendWhole(body ?? '');
    else this.#finish(body, trailer);
  }

  /** The body as a Node.js stream to write to; back-pressure is the socket's. POCO: `send`. */
  send(): Writable {
    return pieceWritable(
      (piece) => this.write(piece),
      () => this.end(),
    );
  }

  get #isCurrent(): boolean {
    return this.#number === this.#core.requestNumber;
  }

  #step(call: string, event: number): void {
    if (!this.#isCurrent || !this.#core.advance(event)) {
      const { exception } = this.#core;
      if (exception !== null && !this.#core.is('usable')) throw exception;
      throw this.#core.illegal(call);
    }
  }

  #sendWhole(body: string | Uint8Array): void {
    const { message } = this;
    const isText = typeof body === 'string';
    // utf-8 and latin1 agree on ASCII, and a string is ASCII when it has as many bytes as characters.
    const length = isText ? Buffer.byteLength(body) : body.length;
    const bodiless = isBodiless(this.#request.method, message.status);
    const framing = this.#wholeFraming(length, bodiless);
    this.#announce();
    this.#step('end()', EXCHANGE.responseHead);
    const head = finalHead(
      this.#core,
      message,
      framing,
      this.#request.version === 'HTTP/1.0',
      this.#owner.softwareVersion,
    );
    if (bodiless || length === 0) this.#core.writeText(head);
    else if (isText && length === body.length) this.#core.writeText(head + body);
    else this.#writeJoined(head, isText ? Buffer.from(body, 'utf8') : body);
    this.#completed();
  }

  /** The framing line of a response that is complete; checks it against what the user declared. */
  #wholeFraming(length: number, bodiless: boolean): string {
    const { message } = this;
    if (message.status < 200) {
      throw testify(this.#core, new LocalProtocolError('a final response has a status of 200 or more'));
    }
    if (message.has('Transfer-Encoding')) {
      throw testify(
        this.#core,
        new LocalProtocolError('end(body) frames the body itself: remove Transfer-Encoding'),
      );
    }
    if (message.hasContentLength()) {
      if (bodiless || message.getContentLength() === length) return '';
      throw testify(
        this.#core,
        new LocalProtocolError(
          `Content-Length is ${String(message.getContentLength())}, but the body has ${String(length)} bytes`,
          'ERR_HTTP_SESSION_BODY_LENGTH',
        ),
      );
    }
    const isLengthless = message.status === 204 || message.status === 304;
    return isLengthless || (bodiless && length === 0) ? '' : `Content-Length: ${String(length)}\r\n`;
  }

  #writeJoined(head: string, body: Uint8Array): void {
    if (body.length <= AS_TEXT) {
      this.#core.writeText(head + Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'));
    } else if (body.length <= AS_ONE_BUFFER) {
      const joined = Buffer.allocUnsafe(head.length + body.length);
      joined.write(head, 0, 'latin1');
      joined.set(body, head.length);
      this.#core.writeBytes(joined);
    } else {
      this.#core.writeText(head);
      this.#core.writeBytes(body);
    }
  }

  /** Sends the head of a response whose body comes in pieces. */
  #begin(): BodyWriter {
    if (this.#writer !== null) {
      if (this.finished) this.#step('write()', EXCHANGE.responseHead);
      return this.#writer;
    }
    const { message } = this;
    const isVersion10 = this.#request.version === 'HTTP/1.0';
    if (message.status < 200) {
      throw testify(this.#core, new LocalProtocolError('a final response has a status of 200 or more'));
    }
    const bodiless = isBodiless(this.#request.method, message.status);
    let length = message.hasContentLength()
      ? message.getContentLength()
      : isVersion10
        ? UNTIL_CLOSE
        : CHUNKED;
    let framing = '';
    if (length === CHUNKED && !bodiless && !message.has('Transfer-Encoding')) {
      framing = 'Transfer-Encoding: chunked\r\n';
    }
    if (length === UNTIL_CLOSE) this.#core.advance(EXCHANGE.connectionClose);
    if (bodiless) length = 0;
    this.#announce();
    this.#step('write()', EXCHANGE.responseHead);
    this.#writer = createBodyWriter(length);
    this.#core.writeText(finalHead(this.#core, message, framing, isVersion10, this.#owner.softwareVersion));
    return this.#writer;
  }

  /** Turns keep-alive off when the user's own Connection field says so. */
  #announce(): void {
    if (this.message.has('Connection') && !this.message.getKeepAlive()) {
      this.#core.advance(EXCHANGE.connectionClose);
    }
  }

  #emit(writer: BodyWriter, bytes: Uint8Array): boolean {
    if (isBodiless(this.#request.method, this.message.status)) return true;
    const encoded = writer.encode(bytes);
    if (encoded instanceof Uint8Array) return encoded.length === 0 || this.#core.writeBytes(encoded);
    let isFree = true;
    for (const part of encoded) isFree = this.#core.writeBytes(part);
    return isFree;
  }

  #finish(body: string | Uint8Array | undefined, trailer: MessageHeader | undefined): void {
    const writer = this.#begin();
    if (body !== undefined && body.length > 0) {
      this.#emit(writer, typeof body === 'string' ? Buffer.from(body, 'utf8') : body);
    }
    if (!isBodiless(this.#request.method, this.message.status)) {
      const last = writer.finish(trailer);
      if (last !== undefined && last !== '') this.#core.writeText(last);
    }
    this.#completed();
  }

  #completed(): void {
    this.#step('end()', EXCHANGE.responseEnd);
    this.#owner.responseCompleted();
  }
}
