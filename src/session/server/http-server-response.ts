import type { Writable } from 'node:stream';

import { HTTPSessionError, LocalProtocolError } from '../../errors/index.js';
import {
  CHUNKED,
  createBodyWriter,
  HTTPResponse,
  UNTIL_CLOSE,
  type BodyWriter,
  type HTTPRequest,
  type MessageHeader,
} from '../../protocol/index.js';
import { pieceWritable } from '../../streams/bridges.js';
import { EXCHANGE } from '../core/charts.js';
import {
  finalHead,
  interimHead,
  isBodiless,
  pieceResponseFraming,
  switchResponse,
  wholeResponseLine,
  type Framing,
} from './response-head.js';
import type { ServerLoop } from './server-loop.js';
import type { SessionCore, UpgradedSocket } from '../core/session-core.js';
import { testify } from '../core/testify.js';

/** Up to this many bytes a body is joined to its head as text: one string and one write, with no copy of ours. */
const AS_TEXT = 4_096;

/** Up to this many bytes a body is copied behind its head, so that both leave in one write. */
const AS_ONE_BUFFER = 65_536;

/**
 * A response as a server sends it. POCO: `HTTPServerResponse`.
 *
 * `end(body)` sends head and body in one write. For bodies that come in pieces, `write` and then `end`; with a
 * Content-Length set the body has to be exactly that long, without one it is chunked (for HTTP/1.0, until close).
 *
 * @example
 * ```ts
 * const server = new HTTPServer(async (request, response) => {
 *   response.setContentType('text/plain').set('Cache-Control', 'no-store');
 *   await response.write('in ');
 *   response.end('pieces');
 * });
 * ```
 */
export class HTTPServerResponse {
  /** The head as a message: all members of `HTTPResponse`. */
  readonly message = new HTTPResponse();
  readonly #core: SessionCore;
  readonly #owner: ServerLoop;
  readonly #request: HTTPRequest;
  readonly #turn: number;
  #writer: BodyWriter | null = null;
  #framing: Framing | null = null;

  /** @internal */
  constructor(core: SessionCore, owner: ServerLoop, request: HTTPRequest) {
    this.#core = core;
    this.#owner = owner;
    this.#request = request;
    this.#turn = core.turn;
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

  /** The `drainSignal` of its request: aborts when a drain begins. */
  get drainSignal(): AbortSignal {
    return this.#owner.role.drainSignal(this.#isCurrent);
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
  sendInterim(status: number, fields: Record<string, string> = {}): void {
    if (status < 102 || status > 199)
      throw new RangeError(`status: must be 102 to 199 (got ${String(status)})`);
    const head = interimHead(new HTTPResponse(status, undefined, { headers: fields }));
    if (this.#request.version === 'HTTP/1.0') {
      throw testify(
        this.#core,
        new LocalProtocolError('interim response: HTTP/1.0 clients do not support it'),
      );
    }
    this.#core.limitQueue();
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
    if (status < 300 || status > 399)
      throw new RangeError(`status: must be 300 to 399 (got ${String(status)})`);
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
    this.#permit('write()');
    this.#core.limitQueue();
    const writer = this.#writer ?? this.#openWriter();
    const encoded = this.#encode(writer, piece);
    this.#sendHead(writer);
    if (!this.#emit(encoded)) await this.#core.drained();
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

  /**
   * Takes the connection over for another protocol, and sends nothing: the new owner of the socket answers the client.
   * Only possible if the client offered to switch, with Upgrade or CONNECT, and once its request is complete. To decline
   * the offer, answer as usual (RFC 9110 section 7.8).
   *
   * Nothing of the session stays on the socket; until its new owner listens for `error`, a reset is caught.
   *
   * @throws InvalidStateError when nothing was offered, the body of the request was not read to its end, or the
   * response has begun.
   */
  upgrade(): UpgradedSocket {
    return this.#switch('upgrade()', null);
  }

  /**
   * The same, after the answer: 101 with the fields that were set, or 200 for CONNECT. `Upgrade` names the first protocol
   * that the client has offered, unless it was set.
   *
   * @throws what `upgrade` throws.
   */
  switchProtocol(): UpgradedSocket {
    return this.#switch('switchProtocol()', switchResponse(this.message, this.#request));
  }

  #switch(call: string, answer: HTTPResponse | null): UpgradedSocket {
    const core = this.#core;
    if (core.isSending) throw core.illegal(call);
    if (!this.#isCurrent || !core.allows(EXCHANGE.responseSwitch)) throw this.#refusal(call);
    core.responseStatus = answer?.status ?? 0;
    core.advance(EXCHANGE.responseSwitch);
    if (answer !== null) core.writeText(interimHead(answer));
    core.answered++;
    return this.#owner.handOver(call);
  }

  /** The body as a Node.js stream to write to; back-pressure is the socket's. POCO: `send`. */
  send(): Writable {
    return pieceWritable(
      (piece) => this.write(piece),
      () => this.end(),
    );
  }

  /** Whether its request is the one in progress, or the last one. */
  get #isCurrent(): boolean {
    return this.#turn === this.#core.turn;
  }

  /** Refuses whatever sends, once the response is complete, of an earlier request, or without a connection. */
  #permit(call: string): void {
    if (this.finished) throw this.#refusal(call);
    // RFC 9110 section 9.3.6: any 2xx makes the connection a tunnel, for the client at least.
    if (this.#request.method === 'CONNECT' && this.message.status < 300) {
      throw testify(
        this.#core,
        new LocalProtocolError(`${call}: cannot accept a CONNECT; call switchProtocol()`),
      );
    }
  }

  #step(call: string, event: number): void {
    if (!this.#isCurrent || !this.#core.advance(event)) throw this.#refusal(call);
  }

  #refusal(call: string): Error {
    return this.#core.exception ?? this.#core.illegal(call);
  }

  get #isBodiless(): boolean {
    return isBodiless(this.#request.method, this.message.status);
  }

  get #isVersion10(): boolean {
    return this.#request.version === 'HTTP/1.0';
  }

  /** Whether its client knows neither interim responses nor chunks. @internal */
  get isVersion10(): boolean {
    return this.#isVersion10;
  }

  /** Whether its body is sent in chunks; `false` before that is decided. @internal */
  get isChunked(): boolean {
    return this.#framing?.length === CHUNKED && !this.#isBodiless;
  }

  /** The error with its testimony, if it is one of ours. */
  #testified(error: unknown): unknown {
    return error instanceof HTTPSessionError ? testify(this.#core, error) : error;
  }

  #sendWhole(body: string | Uint8Array): void {
    const isText = typeof body === 'string';
    // utf-8 and latin1 agree on ASCII, and a string is ASCII when it has as many bytes as characters.
    const length = isText ? Buffer.byteLength(body) : body.length;
    const bodiless = this.#isBodiless;
    this.#permit('end()');
    const framing = this.#wholeLine(length, bodiless);
    this.#step('end()', EXCHANGE.responseHead);
    // Say so, or the client would send its next request on a connection that is about to end.
    if (this.#owner.abandonsRequest) this.#core.advance(EXCHANGE.connectionClose);
    const head = this.#head(framing);
    if (bodiless) this.#core.writeText(head);
    else if (isText && length === body.length) this.#core.writeText(head + body);
    else this.#writeJoined(head, isText ? Buffer.from(body) : body);
    this.#completed();
  }

  #wholeLine(length: number, bodiless: boolean): string {
    try {
      return wholeResponseLine(this.message, length, bodiless);
    } catch (error) {
      throw this.#testified(error);
    }
  }

  /** The head, once it is certain that it is sent. */
  #head(framing: string): string {
    const { message } = this;
    // RFC 9110 section 8.6: no Content-Length in a 204.
    if (message.status === 204) message.delete('Content-Length');
    // Keep-alive is off when the user's own Connection field says so.
    if (message.has('Connection') && !message.getKeepAlive()) this.#core.advance(EXCHANGE.connectionClose);
    // What follows a CONNECT was meant for the tunnel, whether there is one or not (RFC 9110 section 9.3.6).
    if (this.#request.method === 'CONNECT') this.#core.advance(EXCHANGE.connectionClose);
    return finalHead(this.#core, message, framing, this.#isVersion10, this.#owner.settings);
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

  /** The writer of a body that comes in pieces; nothing is sent yet. */
  #openWriter(): BodyWriter {
    try {
      this.#framing = pieceResponseFraming(this.message, this.#isBodiless, this.#isVersion10);
    } catch (error) {
      throw this.#testified(error);
    }
    return createBodyWriter(this.#framing.length);
  }

  /** Sends the head, unless it was sent before. */
  #sendHead(writer: BodyWriter): void {
    if (this.#writer !== null) return;
    this.#writer = writer;
    const { length, line } = this.#framing as Framing;
    if (length === UNTIL_CLOSE) this.#core.advance(EXCHANGE.connectionClose);
    this.#step('write()', EXCHANGE.responseHead);
    this.#core.writeText(this.#head(line));
  }

  #encode(writer: BodyWriter, piece: string | Uint8Array): Uint8Array | readonly Uint8Array[] {
    if (this.#isBodiless) return [];
    try {
      return writer.encode(typeof piece === 'string' ? Buffer.from(piece) : piece);
    } catch (error) {
      throw this.#testified(error);
    }
  }

  #emit(encoded: Uint8Array | readonly Uint8Array[]): boolean {
    if (encoded instanceof Uint8Array) return encoded.length === 0 || this.#core.writeBytes(encoded);
    let isFree = true;
    for (const part of encoded) isFree = this.#core.writeBytes(part);
    return isFree;
  }

  #last(writer: BodyWriter, trailer: MessageHeader | undefined): string | undefined {
    try {
      return writer.finish(trailer);
    } catch (error) {
      throw this.#testified(error);
    }
  }

  #finish(body: string | Uint8Array | undefined, trailer: MessageHeader | undefined): void {
    this.#permit('end()');
    if (body !== undefined && body.length > 0) this.#core.limitQueue();
    const writer = this.#writer ?? this.#openWriter();
    const encoded = this.#encode(writer, body ?? '');
    // An HTTP/1.0 client knows no trailer fields, and a server must not rely on them (RFC 9110 section 6.5.1).
    const wanted = this.#isVersion10 ? undefined : trailer;
    const last = this.#isBodiless ? undefined : this.#last(writer, wanted);
    this.#sendHead(writer);
    this.#emit(encoded);
    if (last !== undefined) this.#core.writeText(last);
    this.#completed();
  }

  #completed(): void {
    this.#step('end()', EXCHANGE.responseEnd);
    this.#core.answered++;
    this.#owner.responseCompleted();
  }
}
