import {
  createBodyReader,
  DEFAULT_BODY_LIMITS,
  type HTTPRequest,
  type RequestHead,
} from '../../protocol/index.js';
import type { Duplex } from 'node:stream';

import { LIMITS } from '../../constants.js';
import { AbortedError, type HTTPSessionError } from '../../errors/index.js';
import type { SocketAddress, Transport } from '../../transport/index.js';
import type { BodyOwner } from '../message/body-owner.js';
import { feedOf, IncomingBody, ReceivedMessage } from '../message/incoming-body.js';
import type { ServerRole } from './server-role.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';

const MAX_UNREAD = LIMITS.maxUnreadBodyBytes.value;

/** The loop that a request came through. */
export interface RequestOwner extends BodyOwner {
  readonly role: Pick<ServerRole, 'drainSignal'>;
  readonly request: HTTPServerRequest | null;
}

/**
 * A request as a server receives it. POCO: `HTTPServerRequest`.
 *
 * The head is complete; the body is read on demand, with the members of `body` or the short forms here.
 *
 * @example
 * ```ts
 * const server = new HTTPServer(async (request, response) => {
 *   const order = await request.json();
 *   console.log(request.method, request.path, request.get('User-Agent'), order);
 *   response.end('Thank you');
 * });
 * ```
 */
export class HTTPServerRequest extends ReceivedMessage {
  readonly #core: SessionCore;
  readonly #owner: RequestOwner;
  readonly #head: RequestHead;
  readonly #number: number;
  /** The connection that it came over, whatever became of that. */
  readonly #transport: Transport | null;
  #body: IncomingBody | null = null;
  #controller: AbortController | null = null;
  #handedOver: Duplex | null = null;
  /** Why the response cannot be delivered any more. */
  #loss: string | null = null;

  /** @internal */
  constructor(core: SessionCore, owner: RequestOwner, head: RequestHead) {
    super();
    this.#core = core;
    this.#owner = owner;
    this.#head = head;
    this.#number = core.requestNumber;
    this.#transport = core.transport;
  }

  /** The head as a message: all members of `HTTPRequest`. */
  override get message(): HTTPRequest {
    return this.#head.message;
  }

  /** The method, case-sensitive. POCO: `getMethod`. */
  get method(): string {
    return this.#head.message.method;
  }

  /** The request target as it was sent. POCO: `getURI`. */
  get uri(): string {
    return this.#head.message.uri;
  }

  /** The path of the target, without query; an absolute target loses scheme and authority. Not decoded. */
  get path(): string {
    const { uri } = this;
    const start = uri.startsWith('/') || !uri.includes('://') ? 0 : uri.indexOf('/', uri.indexOf('://') + 3);
    if (start === -1) return '/';
    const end = uri.indexOf('?', start);
    return end === -1 ? uri.slice(start) : uri.slice(start, end);
  }

  /** `HTTP/1.1` or `HTTP/1.0`. */
  get version(): string {
    return this.#head.message.version;
  }

  /** Whether the client waits for 100 Continue. It is sent when the body is first read. POCO: `getExpectContinue`. */
  get expectsContinue(): boolean {
    return this.#head.expectsContinue;
  }

  /** Whether the client offers to switch protocols: with Upgrade, or CONNECT. @internal */
  get offersSwitch(): boolean {
    return this.#head.offersSwitch;
  }

  /** Whether the client expects something, be it 100 Continue or what nothing here knows. @internal */
  get hasExpectation(): boolean {
    return this.#head.expectsContinue || this.#head.message.has('Expect');
  }

  /** Declared length of the body in bytes; -1 when it is chunked. */
  get bodyLength(): number {
    return this.#head.bodyLength;
  }

  /** The body. POCO: `stream`. */
  override get body(): IncomingBody {
    return (this.#body ??= new IncomingBody(
      this.#core,
      this.#owner,
      createBodyReader(this.#head.bodyLength, DEFAULT_BODY_LIMITS),
    ));
  }

  /** Whether all of the body has arrived and nothing has begun to read it. @internal */
  get hasArrived(): boolean {
    const { bodyLength } = this.#head;
    return this.#body === null && bodyLength >= 0 && bodyLength <= this.#core.buffer.length;
  }

  /** Whether the client is waited for: the request is not read to its end, and there is more of it to come. @internal */
  get isAwaited(): boolean {
    return this.#core.exchange.tags.has('requesting') && !this.hasArrived;
  }

  /** The number of its session within the process, as in the testimony of errors and on the diagnostics channels. */
  get sessionId(): number {
    return this.#core.id;
  }

  /** Which request on its connection it is, counted from 1. */
  get number(): number {
    return this.#number;
  }

  /** The fields as an object with names in lower case, as node:http has them; values of the same name are joined. */
  get headers(): Record<string, string> {
    return this.#head.message.toObject();
  }

  /** The request target as it was sent: the name that node:http has for `uri`. */
  get url(): string {
    return this.uri;
  }

  /** The socket, also after it was handed over; `null` when the connection is gone. */
  get socket(): Duplex | null {
    return this.#handedOver ?? this.#core.transport?.socket ?? null;
  }

  /**
   * Aborts when the response to this request can no longer be delivered: the connection was lost, timed out or was
   * aborted, its handler took longer than `timers.handler`, or the rest of the request is malformed. Its reason is the
   * error that testifies to it. It does not abort when the response is complete. Whether a client that has finished
   * sending counts as gone is what `halfClosed` says; by default the server finds out (nodejs/node#40775).
   *
   * While a client's bytes are held back, because the handler leaves a long body unread, the system reports a reset
   * only with the next read or write. A listener that throws is an uncaught exception, as with every `EventTarget`.
   */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#loss !== null) this.#controller.abort(this.#lossOf(this.#loss));
    }
    return this.#controller.signal;
  }

  /**
   * Aborts when a drain begins, of the server or of this session: finish soon. Event streams and long polls end
   * themselves then, as a drain waits for them until its deadline. For a request that comes during a drain it is aborted
   * from the start, so look at `aborted` before you listen. After `response.upgrade()` it is the signal of the new
   * owner of the socket.
   *
   * @example
   * ```ts
   * const server = new HTTPServer(async ({ drainSignal }, response) => {
   *   while (!drainSignal.aborted) await response.write(await nextEvent(drainSignal));
   *   response.end();
   * });
   * ```
   */
  get drainSignal(): AbortSignal {
    return this.#owner.role.drainSignal(this.#owner.request === this);
  }

  #lossOf(why: string): HTTPSessionError {
    return this.#core.exception ?? testify(this.#core, new AbortedError(why));
  }

  /**
   * The response cannot be delivered any more. Listeners are called after the transition that this is part of, and so
   * find the session in its new state.
   *
   * @internal
   */
  deliveryFailed(why: string): void {
    this.#loss = why;
    const controller = this.#controller;
    if (controller === null) return;
    const error = this.#lossOf(why);
    queueMicrotask(() => {
      controller.abort(error);
    });
  }

  /**
   * Whether an error only passes on that the response cannot be delivered: it is the reason of `signal`, or what a call
   * that was given the signal has failed with.
   *
   * @internal
   */
  isToldBy(error: unknown): boolean {
    if (this.#loss === null || typeof error !== 'object' || error === null) return false;
    const { name, cause } = error as Partial<Error>;
    const reason: unknown = this.#controller?.signal.reason;
    return name === 'AbortError' || (reason !== undefined && (error === reason || cause === reason));
  }

  /** The socket that `upgrade()` has handed over; `null` if none was. @internal */
  get upgradedSocket(): Duplex | null {
    return this.#handedOver;
  }

  /** The socket has another owner now. @internal */
  socketTaken(socket: Duplex): void {
    this.#handedOver = socket;
  }

  /** Whether a read of the body is pending. @internal */
  get isBeingRead(): boolean {
    return this.#body !== null && feedOf(this.#body).isBeingRead;
  }

  /** Whether the rest of the body is read and thrown away. @internal */
  get isThrownAway(): boolean {
    return this.#body !== null && feedOf(this.#body).isThrownAway;
  }

  /** The rest of the body, if there is one, is not for anybody any more. @internal */
  giveUpBody(): void {
    if (!this.isFullyRead) feedOf(this.body).giveUp();
  }

  /** Whether more of the body is unread than may be discarded, and no read is pending. @internal */
  get isTooMuchUnread(): boolean {
    return this.bodyLength > MAX_UNREAD && !this.isBeingRead && this.body.remaining > MAX_UNREAD;
  }

  /** Whether the client has said that no request of it follows. @internal */
  get isLast(): boolean {
    return !this.#head.persistent;
  }

  /** Whether nothing of the request is left to be read. @internal */
  get isFullyRead(): boolean {
    return this.#head.bodyLength === 0 || (this.#body?.complete ?? false);
  }

  /**
   * Address of the peer when the request came, also once the connection is gone; `null` for transports without addresses.
   * POCO: `clientAddress`.
   */
  clientAddress(): SocketAddress | null {
    return this.#transport?.remoteAddress ?? null;
  }

  /** Address of this end, likewise. POCO: `serverAddress`. */
  serverAddress(): SocketAddress | null {
    return this.#transport?.localAddress ?? null;
  }

  /** Whether the connection is encrypted, or was. POCO: `secure`. */
  get secure(): boolean {
    return this.#transport?.encrypted ?? false;
  }
}
