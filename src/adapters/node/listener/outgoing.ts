import { channel } from 'node:diagnostics_channel';
import { ServerResponse } from 'node:http';

import type { RawResponse } from '../../../session/index.js';
import { endUnread, type SessionIncoming } from './incoming.js';
import { emitDrain, type OpenResponse, type OpenSocket, type Written } from './node-internals.js';

const RAW = Symbol('raw response');
const AWAITS_DRAIN = Symbol('awaits drain');
const TICKS = Symbol('ticks');

const finishes = channel('http.server.response.finish');

/** A response of node:http that is written to a session. */
export interface SessionOutgoing extends OpenResponse {
  /** What its head and body are written to. */
  readonly [RAW]: RawResponse;
  /** Whether it is to be told when the socket takes more. */
  [AWAITS_DRAIN]: boolean;
  /** Callbacks that wait for the end of the turn; below zero once the response is written. */
  [TICKS]: number;
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
    [AWAITS_DRAIN] = false;
    [TICKS] = 0;

    constructor(incoming: SessionIncoming, options: OutgoingOptions, raw: RawResponse) {
      super(incoming, options);
      this[RAW] = raw;
      this._writeRaw = writeRaw;
      this._storeHeader = storeHeader;
      this._finish = finish;
    }
  };
}

const { prototype } = ServerResponse as unknown as { readonly prototype: OpenResponse };

/** RFC 9112 section 9.6: what a handler says of the connection, and what its session has decided. */
function storeHeader(this: SessionOutgoing, firstLine: string, headers: unknown): void {
  const { isFinishing } = this[RAW];
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
  if (!raw.isOpen) return false;
  let isFree = true;
  if (!this._headerSent) sendInterim(this, data as string);
  else {
    if (raw.isUnanswered) raw.begin(this.statusCode, this._last, this.chunkedEncoding);
    isFree = writePiece(raw, takeHead(this), data, encoding);
  }
  if (typeof callback === 'function') {
    this[TICKS]++;
    process.nextTick(written, this, callback);
  }
  if (!isFree) awaitDrain(this);
  return isFree;
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
  try {
    raw.flush();
    if (raw.isBlocked) callBackLater(outgoing, callback);
    else callback();
  } finally {
    countTick(outgoing);
  }
}

function callBackLater(outgoing: SessionOutgoing, callback: Written): void {
  outgoing[RAW].drained().then(
    () => {
      callback();
    },
    (error: unknown) => {
      // The callback of `end` would report that the response has left.
      if (!outgoing.writableEnded) callback(error as Error);
    },
  );
}

/** The ticks count down to the end of the response, once that is written. */
function countTick(outgoing: SessionOutgoing): void {
  if (outgoing[TICKS] > 0) outgoing[TICKS]--;
  else if (++outgoing[TICKS] === 0) awaitSettling(outgoing);
}

/** Asks for more once the socket takes more. A connection that is lost reports that by `close`. */
function awaitDrain(outgoing: SessionOutgoing): void {
  if (outgoing[AWAITS_DRAIN]) return;
  outgoing[AWAITS_DRAIN] = true;
  const drained = (): void => {
    outgoing[AWAITS_DRAIN] = false;
    emitDrain(outgoing);
  };
  outgoing[RAW].drained().then(drained, ignore);
}

function ignore(): void {
  // `close` reports it.
}

/** All of the response is written: the exchange is over, and the next request may begin. */
function finish(this: SessionOutgoing): void {
  prototype._finish.call(this);
  this[RAW].end();
  // Behind `finish`, which waits for the same. Mostly its tick is still to come, and does this as well.
  if (this[TICKS] === 0) process.nextTick(awaitSettling, this);
  else this[TICKS] = -this[TICKS];
}

function awaitSettling(outgoing: SessionOutgoing): void {
  const raw = outgoing[RAW];
  if (!raw.isBlocked) settle(outgoing);
  else {
    const settled = (): void => {
      settle(outgoing);
    };
    raw.drained().then(settled, settled);
  }
}

/** The response has left: what node:http does then. */
function settle(outgoing: SessionOutgoing): void {
  const { socket } = outgoing;
  const request = outgoing.req as SessionIncoming;
  if (finishes.hasSubscribers)
    finishes.publish({ request, response: outgoing, socket, server: socket?.server });
  endUnread(request);
  leaveSocket(outgoing);
  closeOutgoing(outgoing);
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
