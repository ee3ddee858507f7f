import type { Writable } from 'node:stream';

import {
  AbortedError,
  describeValue,
  LocalProtocolError,
  type HTTPSessionError,
} from '../../errors/index.js';
import {
  contentOf,
  HTTPResponse,
  MessageHeader,
  type BodyContent,
  type FieldValue,
  type HTTPRequest,
} from '../../protocol/index.js';
import { EXCHANGE } from '../core/charts.js';
import {
  finalHead,
  basicChallenge,
  interimHead,
  interimResponse,
  isBodiless,
  isVersion10,
  reasonAgainstSwitch,
  redirectStatus,
  switchResponse,
  wholeLine,
} from './response-head.js';
import { RawResponse } from './raw-response.js';
import { ResponsePieces } from './response-pieces.js';
import { refuseBody, refuseExtra, ResponseStream } from './response-stream.js';
import type { ServerLoop } from './server-loop.js';
import type { SessionCore, UpgradedSocket } from '../core/session-core.js';
import { testify } from '../core/testify.js';
import { misuse, quietly } from '../core/unheard.js';

/** The socket has taken a piece at once, and is ready for more. */
const TAKEN = Promise.resolve();
const COMPLETE = 'the response is complete';
const HEAD_SENT = 'the head was sent';
const LOST = 'the connection is lost';
const NO_INTERIM = 'interim response: HTTP/1.0 clients do not support it';

/** A response for an adapter that formats head and body itself; nothing else may be sent of it then. */
export let rawOf: (response: HTTPServerResponse) => RawResponse;

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
  #message: HTTPResponse | null = null;
  readonly #core: SessionCore;
  readonly #owner: ServerLoop;
  readonly #request: HTTPRequest;
  readonly #turn: number;
  /** The body, once the head of one that comes in pieces was sent. @internal */
  pieces: ResponsePieces | null = null;
  #stream: Writable | null = null;
  #raw: RawResponse | null = null;
  /** Why the response cannot be delivered any more. */
  #loss: string | null = null;

  static {
    rawOf = (response) => (response.#raw ??= new RawResponse(response.#core, response.#owner));
  }

  /** @internal */
  constructor(core: SessionCore, owner: ServerLoop, request: HTTPRequest) {
    this.#core = core;
    this.#owner = owner;
    this.#request = request;
    this.#turn = core.turn;
  }

  /** The head as a message: all members of `HTTPResponse`. */
  get message(): HTTPResponse {
    return (this.#message ??= new HTTPResponse());
  }

  /** The status code, 200 by default. POCO: `getStatus`. */
  get status(): number {
    return this.message.status;
  }

  /** @throws RangeError unless an integer from 100 to 999; InvalidStateError when the head was sent. POCO: `setStatus`. */
  set status(status: number) {
    this.#permitHead('setting the status');
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

  /**
   * Sets a field, replacing its values. An array makes one field of each of its values, as Set-Cookie needs it.
   *
   * @throws TypeError for a malformed name or value; InvalidStateError when the head was sent.
   */
  set(name: string, value: FieldValue): this {
    this.#permitHead('set()');
    this.message.set(name, value);
    return this;
  }

  /**
   * Adds a field beside those of the same name; an array adds one for each of its values.
   *
   * @throws TypeError for a malformed name or value; InvalidStateError when the head was sent.
   */
  add(name: string, value: FieldValue): this {
    this.#permitHead('add()');
    this.message.add(name, value);
    return this;
  }

  /** The first value of a field that was set. */
  get(name: string): string | undefined {
    return this.message.get(name);
  }

  /** Declares the length of the body in bytes. POCO: `setContentLength`. @throws RangeError; and what `set` throws. */
  setContentLength(length: number): this {
    this.#permitHead('setContentLength()');
    this.message.setContentLength(length);
    return this;
  }

  /** POCO: `setContentType`. @throws what `set` throws. */
  setContentType(mediaType: string): this {
    this.#permitHead('setContentType()');
    this.message.setContentType(mediaType);
    return this;
  }

  /**
   * Sends an interim response, such as 103 Early Hints, in front of the final one.
   *
   * @throws RangeError unless 102 to 199; LocalProtocolError for HTTP/1.0 clients; InvalidStateError after the head.
   */
  sendInterim(status: number, fields: Record<string, string> = {}): void {
    const head = interimHead(interimResponse(status, fields));
    if (isVersion10(this.#request)) throw this.#mistake(NO_INTERIM);
    if (this.#loss !== null) return;
    this.#core.limitQueue();
    const reason = this.finished ? COMPLETE : HEAD_SENT;
    if (this.#advance('sendInterim()', EXCHANGE.responseInterim, reason)) this.#core.writeText(head);
  }

  /** Sends 100 Continue now, instead of when the body is first read. POCO: `sendContinue`. */
  sendContinue(): void {
    if (!this.#core.exchange.tags.has('awaitingContinue')) return;
    if (!this.#advance('sendContinue()', EXCHANGE.responseContinue, COMPLETE)) return;
    this.#core.writeText('HTTP/1.1 100 Continue\r\n\r\n');
    // The client waits for it, and nothing else of this turn has anything to add.
    this.#core.flush();
  }

  /** Answers with a redirection. POCO: `redirect`. @throws RangeError unless the status is 300 to 399. */
  redirect(uri: string, status = 302): void {
    this.status = redirectStatus(status);
    this.set('Location', uri).end();
  }

  /** Answers with 401 and asks for Basic authentication. POCO: `requireAuthentication`. */
  requireAuthentication(realm: string): void {
    const challenge = basicChallenge(realm);
    this.status = 401;
    this.set('WWW-Authenticate', challenge).end();
  }

  /** Sends head and body in one write. POCO: `sendBuffer`. */
  sendBuffer(body: BodyContent): void {
    this.end(body);
  }

  /**
   * Writes one piece of the body, the head before it if need be. What one turn of the event loop writes leaves in one write;
   * `flush` sends it sooner. Resolves once the socket is ready for more.
   *
   * You need not await it: a lost connection ends no process, and a wrong call is reported as a fault then.
   *
   * @throws TypeError for what is neither text nor bytes, and for a second argument; LocalProtocolError when the body gets too
   * long; InvalidStateError when the response is complete; NetworkError, TimeoutError (`send`), AbortedError when it is lost.
   */
  write(piece: BodyContent, extra?: undefined): Promise<void> {
    try {
      if (extra !== undefined) refuseExtra(extra);
      return this.joinPiece(piece) ? TAKEN : quietly(this.#core.drained());
    } catch (error) {
      return this.#loss === null ? misuse(error, this.#core.id) : quietly(Promise.reject(error as Error));
    }
  }

  /**
   * Sends now what was written. Otherwise it leaves at the end of this turn of the event loop, in one write with what else
   * the turn brings, or when the response is complete. POCO: `flush` of the stream.
   */
  flush(): void {
    if (this.#isCurrent) this.#core.flush();
  }

  /**
   * Completes the response; when nothing was sent yet, head and body leave in one write. A string is UTF-8.
   *
   * On a lost connection it does nothing; `request.signal` reports the loss.
   *
   * @throws TypeError for what is neither text nor bytes; LocalProtocolError when the body is not as long as declared;
   * InvalidStateError when the response is complete already.
   */
  end(body?: BodyContent, trailer?: MessageHeader): void {
    if (this.pieces === null && trailer === undefined) this.#sendWhole(body);
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
    if (core.isSending) throw core.illegal(call, 'the session is in transition');
    if (!this.#isCurrent || !core.allows(EXCHANGE.responseSwitch)) {
      throw this.#refusal(
        call,
        this.finished ? COMPLETE : reasonAgainstSwitch(core.exchange.tags, this.#request),
      );
    }
    core.responseStatus = answer?.status ?? 0;
    core.advance(EXCHANGE.responseSwitch);
    if (answer !== null) core.writeText(interimHead(answer));
    core.answered++;
    return this.#owner.handOver(call);
  }

  /**
   * The body as a Node.js stream to write to; back-pressure is the socket's.
   *
   * `destroy()` before its end resets the connection, or answers with 500 where no head was sent. A lost connection destroys
   * the stream with an error that needs no listener; other errors without a listener are reported as faults.
   *
   * @throws TypeError when it is given a body: that is what `end` takes. POCO: `send`.
   */
  send(): Writable;
  send(...given: unknown[]): Writable {
    refuseBody(given);
    return (this.#stream ??= new ResponseStream(this.#core, this));
  }

  /** The rest of the request cannot be had, while its response is sent. @internal */
  requestBroken(error: HTTPSessionError): void {
    this.#raw?.breakOff(error);
  }

  /** The response cannot be delivered any more. @internal */
  deliveryFailed(why: string): void {
    this.#loss = why;
    const stream = this.#stream;
    const raw = this.#raw;
    if (stream === null && raw === null) return;
    const error = this.lossError;
    // Listeners of the stream find the session in its new state.
    queueMicrotask(() => {
      stream?.destroy(error ?? undefined);
      raw?.onLost?.(error);
    });
  }

  /** Whether the body is being sent in chunks. @internal */
  get isChunked(): boolean {
    return (this.pieces ?? this.#raw)?.isChunked === true;
  }

  /** Why it cannot. @internal */
  get lossError(): Error | null {
    if (this.#loss === null) return null;
    return this.#core.exception ?? testify(this.#core, new AbortedError(this.#loss));
  }

  /** Whether its request is the one in progress, or the last one. */
  get #isCurrent(): boolean {
    return this.#turn === this.#core.turn;
  }

  /** Refuses to change a head that was sent. One that is lost may change: it is never sent. */
  #permitHead(call: string): void {
    if (!this.sent || this.#loss !== null) return;
    throw this.#core.illegal(call, this.finished ? COMPLETE : HEAD_SENT);
  }

  /** Refuses to send once the response is complete; `false` when it is lost, and there is no client to send to. */
  #permit(call: string): boolean {
    if (this.finished) {
      if (this.#loss !== null) return false;
      throw this.#refusal(call, COMPLETE);
    }
    // RFC 9110 section 9.3.6: any 2xx makes the connection a tunnel, for the client at least.
    if (this.#request.method === 'CONNECT' && this.message.status < 300)
      throw this.#mistake(`${call}: cannot accept a CONNECT; call switchProtocol()`);
    return true;
  }

  #mistake(text: string): LocalProtocolError {
    return testify(this.#core, new LocalProtocolError(text));
  }

  /** Takes a step of the message cycle; `false` when the response was lost meanwhile. */
  #advance(call: string, event: number, reason: string): boolean {
    if (this.#isCurrent && this.#core.advance(event)) return true;
    if (this.#loss !== null) return false;
    throw this.#refusal(call, reason);
  }

  #refusal(call: string, reason: string): Error {
    return this.#core.exception ?? this.#core.illegal(call, reason);
  }

  #sendWhole(given: BodyContent = ''): void {
    const isASCII = typeof given === 'string' && Buffer.byteLength(given) === given.length;
    const body = isASCII ? given : contentOf(given, 'end()');
    const bodiless = isBodiless(this.#request.method, this.message.status);
    if (!this.#permit('end()')) return;
    const framing = wholeLine(this.#core, this.message, body.length, bodiless);
    if (!this.#advance('end()', EXCHANGE.responseHead, COMPLETE)) return;
    // Say so, or the client would send its next request on a connection that is about to end.
    if (this.#owner.abandonsRequest) this.#core.advance(EXCHANGE.connectionClose);
    const head = this.#head(framing);
    if (bodiless) this.#core.joinText(head);
    else this.#core.joinPiece(head, body, '');
    this.#completed();
  }

  /** What `write` does, whether the socket takes more; throws what that rejects with. @internal */
  joinPiece(piece: BodyContent): boolean {
    const content = contentOf(piece, 'write()');
    if (!this.#permit('write()')) throw this.#refusal('write()', LOST);
    this.#core.limitQueue();
    const pieces = this.pieces ?? this.#makePieces();
    const before = pieces.begin(content.length);
    const head = this.#takeHead(pieces);
    if (head === null) throw this.#refusal('write()', LOST);
    const isFree = pieces.join(head, before, content, '');
    // What follows in this turn leaves with it.
    this.#core.leaveWithTurn();
    return isFree;
  }

  #makePieces(): ResponsePieces {
    const bodiless = isBodiless(this.#request.method, this.message.status);
    return new ResponsePieces(this.#core, this.message, bodiless, isVersion10(this.#request));
  }

  /** The head, which is empty when it was sent before; `null` when the response was lost meanwhile. */
  #takeHead(pieces: ResponsePieces): string | null {
    if (this.pieces !== null) return '';
    this.pieces = pieces;
    if (pieces.endsWithConnection) this.#core.advance(EXCHANGE.connectionClose);
    if (!this.#advance('write()', EXCHANGE.responseHead, COMPLETE)) return null;
    return this.#head(pieces.line);
  }

  #head(framing: string): string {
    return finalHead(this.#core, this.message, framing, this.#request, this.#owner.settings);
  }

  #finish(body: BodyContent = '', trailer: MessageHeader | undefined): void {
    const content = contentOf(body, 'end()');
    if (trailer !== undefined && !(trailer instanceof MessageHeader)) {
      throw new TypeError(`end(): the trailer must be a MessageHeader (got ${describeValue(trailer)})`);
    }
    if (!this.#permit('end()')) return;
    if (content.length > 0) this.#core.limitQueue();
    const pieces = this.pieces ?? this.#makePieces();
    const before = pieces.begin(content.length);
    // An HTTP/1.0 client knows no trailer fields, and a server must not rely on them (RFC 9110 section 6.5.1).
    const last = pieces.finish(isVersion10(this.#request) ? undefined : trailer);
    const head = this.#takeHead(pieces);
    if (head === null) return;
    pieces.join(head, before, content, last);
    this.#completed();
  }

  #completed(): void {
    if (!this.#advance('end()', EXCHANGE.responseEnd, COMPLETE)) return;
    this.#core.answered++;
    this.#owner.responseCompleted();
  }
}
