import { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { LIMITS } from '../../../constants.js';
import { feedOf, type HTTPServerRequest, type RawResponse } from '../../../session/index.js';
import { BodyHandover } from './body-handover.js';
import type { OpenIncoming, Written } from './node-internals.js';

const REQUEST = Symbol('request');
const HANDOVER = Symbol('handover');

/** An incoming message of node:http whose head and body are those of a request of a session. */
export interface SessionIncoming extends OpenIncoming {
  /** Where they come from. */
  readonly [REQUEST]: HTTPServerRequest;
  /** Hands over the body, once something reads it. */
  [HANDOVER]: BodyHandover | null;
}

/** Makes the incoming message of a request that came over a socket. */
export type IncomingMaker = new (request: HTTPServerRequest, socket: Duplex | null) => SessionIncoming;

const makers = new WeakMap<typeof IncomingMessage, IncomingMaker>();

/** The class of such messages on top of a class of node:http. */
export function incomingOn(base: typeof IncomingMessage): IncomingMaker {
  let maker = makers.get(base);
  if (maker === undefined) {
    maker = makeClass(base as unknown as new (socket: Duplex | null) => OpenIncoming);
    makers.set(base, maker);
  }
  return maker;
}

/** What the messages do in their own way are properties of each: Express gives them another prototype. */
function makeClass(Base: new (socket: Duplex | null) => OpenIncoming): IncomingMaker {
  return class extends Base {
    [REQUEST]: HTTPServerRequest;
    [HANDOVER]: BodyHandover | null = null;

    constructor(request: HTTPServerRequest, socket: Duplex | null) {
      super(socket);
      this[REQUEST] = request;
      this._read = readBody;
      this._destroy = destroyMessage;
      const { message } = request;
      const minor = request.version === 'HTTP/1.0' ? 0 : 1;
      this.httpVersionMajor = 1;
      this.httpVersionMinor = minor;
      this.httpVersion = minor === 0 ? '1.0' : '1.1';
      this.method = request.method;
      this.url = request.uri;
      const lines = message.toList();
      // node:http makes `headers` of the lines by its own rules, once they are asked for.
      this._addHeaderLines(lines, lines.length);
      this.upgrade = false;
    }
  };
}

function readBody(this: SessionIncoming): void {
  // As in node:http: what was read is what `resume` does not throw away.
  this._consuming = true;
  this._readableState.readingMore = false;
  if (this.complete || this[REQUEST].bodyLength === 0) this.push(null);
  else if (!takeArrived(this)) handoverOf(this).ask();
}

/** Most bodies have come with their head, and need no hand-over. */
function takeArrived(incoming: SessionIncoming): boolean {
  const request = incoming[REQUEST];
  if (!request.hasArrived) return false;
  const whole = feedOf(request.body).takeWhole('read()', LIMITS.maxArrivedBytes.value);
  if (whole === null) return false;
  incoming.complete = true;
  // The end follows with the next read.
  incoming.push(whole);
  return true;
}

/** `destroy()` of a handler ends the connection, as in node:http; the loss of a request leaves that to its session. */
function destroyMessage(this: SessionIncoming, error: Error | null, done: Written): void {
  this[HANDOVER]?.stop();
  if (lost.has(this)) {
    if (!this.readableEnded || !this.complete) {
      (this as { aborted: boolean }).aborted = true;
      this.emit('aborted');
    }
    // As in node:http, without a listener there is no error.
    process.nextTick(done, this.listenerCount('error') === 0 ? null : error);
  } else IncomingMessage.prototype._destroy.call(this, error, done);
}

const lost = new WeakSet<SessionIncoming>();

/** The rest of the request cannot be had, or its response cannot be delivered; the cause is an error of the session. */
export function loseIncoming(incoming: SessionIncoming, cause: Error | null): void {
  if (incoming.destroyed) return;
  lost.add(incoming);
  incoming.destroy(Object.assign(new Error('aborted', { cause }), { code: 'ECONNRESET' }));
}

/** The response is complete, and the rest of the request still belongs to what will read it; `false` if nothing is left. */
export function holdUnread(incoming: SessionIncoming): boolean {
  if (incoming.complete || incoming.destroyed || incoming[REQUEST].bodyLength === 0) return false;
  handoverOf(incoming);
  return true;
}

/** The response is complete, and if nothing reads the request by now, nothing will. */
export function leaveUnread(incoming: SessionIncoming, response: RawResponse): void {
  if (isUnread(incoming)) handoverOf(incoming).discard(response);
}

/**
 * The response has left. Where nothing reads the request, its end is reported as in node:http; without a listener it is only
 * noted, as the streams of Node.js take several turns to report it.
 */
export function endUnread(incoming: SessionIncoming, response: RawResponse): void {
  if (!isUnread(incoming)) return;
  if (!incoming.complete) handoverOf(incoming).discard(response);
  if (!incoming.complete || incoming._eventsCount > 0) incoming._dump();
  else {
    const state = incoming._readableState;
    state.ended = true;
    state.endEmitted = true;
    state.destroyed = true;
    state.closed = true;
    state.closeEmitted = true;
    incoming._dumped = true;
  }
}

function isUnread(incoming: SessionIncoming): boolean {
  return !incoming._consuming && incoming._readableState.resumeScheduled !== true && !incoming.destroyed;
}

/** As in node:http, a request without a body is complete once its listeners have returned. */
export function listenersReturned(incoming: SessionIncoming): void {
  if (incoming[REQUEST].bodyLength === 0) incoming.complete = true;
}

function handoverOf(incoming: SessionIncoming): BodyHandover {
  return (incoming[HANDOVER] ??= new BodyHandover(incoming, incoming[REQUEST], loseIncoming));
}
