import { channel } from 'node:diagnostics_channel';
import { ServerResponse } from 'node:http';

import { SMALL_PIECE, type RawResponse } from '../../../session/index.js';
import { endUnread, holdUnread, leaveUnread, type SessionIncoming } from './incoming.js';
import { emitDrain, type OpenResponse, type OpenSocket, type Written } from './node-internals.js';

const RAW = Symbol('raw response');
const QUEUED = Symbol('queued');

const finishes = channel('http.server.response.finish');

/** Since when output is queued. What one turn writes may be of any size: the peer has had no time to take it. */
type Queued = 'nothing' | 'in this turn' | 'for a turn';

/** A response of node:http that is written to a session. */
export interface SessionOutgoing extends OpenResponse {
  /** What its head and body are written to. */
  readonly [RAW]: RawResponse;
  /** Since when the socket has not taken all that was written. */
  [QUEUED]: Queued;
}

/** How node:http wants its responses made. */
export interface OutgoingOptions {
  readonly highWaterMark: number;
  readonly rejectNonStandardBodyWrites: boolean;
}

/** Makes the response to a request. */
export type OutgoingMaker = new (
  incoming: SessionIncoming,
  options: OutgoingOptions,
  raw: RawResponse,
) => SessionOutgoing;

type OpenBase = new (incoming: SessionIncoming, options: OutgoingOptions) => OpenResponse;

const makers = new WeakMap<typeof ServerResponse, OutgoingMaker>();

/** The class of such responses on top of a class of node:http. */
export function outgoingOn(base: typeof ServerResponse): OutgoingMaker {
  let maker = makers.get(base);
  if (maker === undefined) {
    maker = makeClass(base as unknown as OpenBase);
    makers.set(base, maker);
  }
  return maker;
}

/**
 * Head, framing, trailers and events are those of node:http. What is done in another way are properties of each response,
 * as Express gives them another prototype: where bytes go to, what the head says of the connection, and what its end is.
 */
function makeClass(Base: OpenBase): OutgoingMaker {
  return class extends Base {
    readonly [RAW]: RawResponse;
    [QUEUED]: Queued = 'nothing';

    constructor(incoming: SessionIncoming, options: OutgoingOptions, raw: RawResponse) {
      super(incoming, options);
      this[RAW] = raw;
      this._writeRaw = writeRaw;
      this._storeHeader = storeHeader;
      this._finish = finish;
      // As in node:http, in front of the listeners of users.
      this.on('finish', left);
    }
  };
}

const { prototype } = ServerResponse as unknown as { readonly prototype: OpenResponse };

/** RFC 9112 section 9.6: what a handler says of the connection, and what its session has decided. */
function storeHeader(this: SessionOutgoing, firstLine: string, headers: unknown): void {
  const raw = this[RAW];
  // Of a response that is complete with its head, it is known by now whether too much of the request is left.
  const isFinishing = raw.isFinishing || (this._contentLength !== null && raw.abandonsRequest);
  if (isFinishing) this.shouldKeepAlive = false;
  prototype._storeHeader.call(this, firstLine, headers);
  // A relay that copies `Connection: keep-alive` from elsewhere knows nothing of this connection.
  if (isFinishing && !this._last) this._header = sayConnectionCloses(this._header ?? '');
}

function sayConnectionCloses(head: string): string {
  const lines = head
    .split('\r\n')
    .filter((line) => !/^(?:connection:\s*keep-alive\s*$|keep-alive:)/i.test(line));
  if (lines.some((line) => /^connection:.*\bclose\b/i.test(line))) return lines.join('\r\n');
  // Behind the fields, in front of the blank line.
  lines.splice(-2, 0, 'Connection: close');
  return lines.join('\r\n');
}

/** One primitive takes all that node:http writes of a response, in the order in which it writes it. */
function writeRaw(
  this: SessionOutgoing,
  data: string | Uint8Array,
  encodingGiven?: BufferEncoding | Written | null,
  callbackGiven?: Written | null,
): boolean {
  const raw = this[RAW];
  const encoding = typeof encodingGiven === 'function' ? null : encodingGiven;
  const callback = typeof encodingGiven === 'function' ? encodingGiven : callbackGiven;
  if (this[QUEUED] === 'for a turn') raw.limitQueue();
  if (!canWrite(this)) return false;
  let isFree = true;
  if (!this._headerSent) sendInterim(this, data as string);
  else {
    if (raw.isUnanswered) raw.begin(this.statusCode, this._last, this.chunkedEncoding);
    if (data.length > SMALL_PIECE) uncork(this);
    isFree = writePiece(raw, takeHead(this), data, encoding);
  }
  if (typeof callback === 'function') process.nextTick(written, this, callback);
  // `flushHeaders` writes nothing more, and is to be heard at once.
  else if (data === this._header) raw.flushNow();
  if (!isFree) awaitDrain(this);
  return isFree;
}

/** Whether something can be sent: the session hears of a socket that a handler has destroyed only once that is closed. */
function canWrite({ [RAW]: raw, socket }: SessionOutgoing): boolean {
  return raw.isOpen && socket?.destroyed !== true;
}

/** Sends what is joined before a handler destroys the socket of a response: node:http writes at once. */
export function flushOutgoing(outgoing: OpenResponse): void {
  (outgoing as Partial<SessionOutgoing>)[RAW]?.flushNow();
}

/** node:http corks the socket around what it writes; a large piece that waits for that would look like one that is stuck. */
function uncork({ socket }: SessionOutgoing): void {
  while (socket !== null && socket.writableCorked > 0) socket.uncork();
}

/** RFC 9110 section 15.2: HTTP/1.0 knows no interim responses. */
function sendInterim(outgoing: SessionOutgoing, head: string): void {
  if (outgoing.req.httpVersionMinor > 0) outgoing[RAW].interim(head);
}

/** The head that node:http keeps apart where the first piece of the body is not text. */
function takeHead(outgoing: SessionOutgoing): string {
  if (outgoing.outputData.length === 0) return '';
  const head = outgoing.outputData.map(({ data }) => data as string).join('');
  outgoing.outputData = [];
  outgoing.outputSize = 0;
  return head;
}

function writePiece(
  raw: RawResponse,
  head: string,
  data: string | Uint8Array,
  encoding: BufferEncoding | null | undefined,
): boolean {
  if (typeof data !== 'string') return data.length === 0 ? raw.text(head) : raw.bytes(head, data);
  const isText = encoding === 'latin1' || encoding === 'ascii' || encoding === 'binary';
  if (isText) return raw.text(head + data);
  const isASCII = isUTF8(encoding) && Buffer.byteLength(data) === data.length;
  return isASCII ? raw.text(head + data) : raw.bytes(head, Buffer.from(data, encoding ?? 'utf8'));
}

function isUTF8(encoding: BufferEncoding | null | undefined): boolean {
  return !encoding || encoding === 'utf8' || encoding === 'utf-8';
}

/** Calls back once the socket has taken what was written. */
function written(outgoing: SessionOutgoing, callback: Written): void {
  const raw = outgoing[RAW];
  raw.flush();
  if (raw.isLost) callBackLost(outgoing, callback);
  else if (raw.isBlocked) callBackLater(outgoing, callback);
  else callback();
}

/** The callback of `end` would report that the response has left; `close` reports that it has not. */
function callBackLost(outgoing: SessionOutgoing, callback: Written): void {
  if (!outgoing.writableEnded) callback(outgoing.errored ?? new Error('write: the connection is lost'));
}

function callBackLater(outgoing: SessionOutgoing, callback: Written): void {
  outgoing[RAW].drained().then(
    () => {
      process.nextTick(callback);
    },
    (error: unknown) => {
      // The callback of `end` would report that the response has left.
      if (!outgoing.writableEnded) callOrThrowLater(callback, error as Error);
      else closeOutgoing(outgoing);
    },
  );
}

/** What a callback throws is an exception, and not the rejection of a promise that nothing awaits. */
function callOrThrowLater(callback: Written, error: Error): void {
  try {
    callback(error);
  } catch (thrown) {
    process.nextTick(() => {
      throw thrown;
    });
  }
}

/** Asks for more once the socket takes more. A connection that is lost reports that by `close`. */
function awaitDrain(outgoing: SessionOutgoing): void {
  if (outgoing[QUEUED] !== 'nothing') return;
  outgoing[QUEUED] = 'in this turn';
  setImmediate(() => {
    if (outgoing[QUEUED] === 'in this turn') outgoing[QUEUED] = 'for a turn';
  });
  const drained = (): void => {
    outgoing[QUEUED] = 'nothing';
    process.nextTick(emitDrain, outgoing);
  };
  outgoing[RAW].drained().then(drained, ignore);
}

function ignore(): void {
  // `close` reports it.
}

/** All of the response is written: the exchange is over, and the next request may begin. */
function finish(this: SessionOutgoing): void {
  prototype._finish.call(this);
  if (!canWrite(this)) return;
  const request = this.req as SessionIncoming;
  // What is to read the request may begin with that in this turn.
  const isUnread = holdUnread(request);
  this[RAW].end();
  if (isUnread) process.nextTick(leaveUnread, request, this[RAW]);
}

/** The response has left: what node:http does then. */
function left(this: SessionOutgoing): void {
  const { socket } = this;
  const request = this.req as SessionIncoming;
  if (finishes.hasSubscribers) finishes.publish({ request, response: this, socket, server: socket?.server });
  endUnread(request, this[RAW]);
  leaveSocket(this);
  process.nextTick(closeOutgoing, this);
}

function leaveSocket(outgoing: SessionOutgoing): void {
  const { socket } = outgoing;
  if (socket === null) return;
  outgoing.socket = null;
  // Where requests come together, the next response may have it already.
  if (socket._httpMessage !== outgoing) return;
  socket._httpMessage = null;
  // Between requests the keep-alive timer of the session limits the time.
  if (socket.timeout) socket.setTimeout?.(0);
}

/** Reports that there is nothing more to expect of a response: it has left, or its connection is lost. */
export function closeOutgoing(outgoing: SessionOutgoing): void {
  if (outgoing._closed) return;
  outgoing.destroyed = true;
  outgoing._closed = true;
  outgoing.emit('close');
}

/** Assigns a response to its socket, as node:http does, without a listener for each. */
export function assignSocket(outgoing: SessionOutgoing, socket: OpenSocket): void {
  outgoing.socket = socket;
  socket._httpMessage = outgoing;
}
