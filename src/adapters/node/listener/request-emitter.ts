import { METHODS, type Server, type ServerResponse } from 'node:http';

import { RemoteProtocolError } from '../../../errors/index.js';
import { CONTINUE_AMONG_OTHERS } from '../../../protocol/index.js';
import { rawOf, type HTTPServerRequest, type HTTPServerResponse } from '../../../session/index.js';
import { incomingOn, listenersReturned, type IncomingMaker, type SessionIncoming } from './incoming.js';
import { classesOf } from './node-internals.js';
import { outgoingOn, type OutgoingMaker, type SessionOutgoing } from './outgoing.js';
import { exchangeOf, listenerFailed, publishStart } from './serve-listener.js';
import { leaveSocketEvents } from './socket-events.js';

const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);

/** Settings of a server that decide how a request is emitted. */
type EmittingServer = Server & {
  readonly rejectNonStandardBodyWrites?: boolean;
  readonly joinDuplicateHeaders?: boolean;
  readonly shouldUpgradeCallback?: (request: SessionIncoming) => boolean;
};

/** Emits the requests of sessions as the events of a server of node:http, in its order. */
export class RequestEmitter {
  readonly #server: EmittingServer;
  readonly #Incoming: IncomingMaker;
  readonly #Outgoing: OutgoingMaker;
  readonly #uniqueFields: symbol | undefined;

  constructor(server: Server) {
    const { incoming, response, uniqueFields } = classesOf(server);
    this.#server = server;
    this.#Incoming = incomingOn(incoming);
    this.#Outgoing = outgoingOn(response);
    this.#uniqueFields = uniqueFields;
  }

  /** Serves a request. What a listener throws is a fault, and is answered. */
  serve(request: HTTPServerRequest, response: HTTPServerResponse): void {
    if (!KNOWN_METHODS.has(request.method)) {
      const error = new RemoteProtocolError('method: not known', 'ERR_HTTP_SESSION_BAD_METHOD', 501);
      rawOf(response).refuse(error, error.status);
      return;
    }
    if (request.offersSwitch && this.#switch(request, response)) return;
    const server = this.#server;
    const { incoming, outgoing } = exchangeOf(
      request,
      response,
      this.#Incoming,
      this.#Outgoing,
      server.rejectNonStandardBodyWrites === true,
    );
    this.#apply(incoming, outgoing);
    publishStart(incoming, outgoing);
    try {
      this.#emit(incoming, outgoing, request);
    } catch (error) {
      listenerFailed(outgoing, error, request.sessionId);
    }
    listenersReturned(incoming);
  }

  /** What node:http takes over from the server for each message. */
  #apply(incoming: SessionIncoming, outgoing: SessionOutgoing): void {
    const server = this.#server;
    const { socket } = outgoing;
    incoming.joinDuplicateHeaders = server.joinDuplicateHeaders === true;
    outgoing._keepAliveTimeout = server.keepAliveTimeout;
    outgoing._maxRequestsPerSocket = server.maxRequestsPerSocket ?? 0;
    if (this.#uniqueFields !== undefined) {
      const key = this.#uniqueFields;
      const keyed = outgoing as unknown as Record<symbol, unknown>;
      keyed[key] = (server as unknown as Record<symbol, unknown>)[key];
    }
    if (server.timeout > 0) socket?.setTimeout?.(server.timeout);
  }

  #emit(
    incoming: SessionIncoming,
    outgoing: SessionOutgoing,
    { number, hasExpectation }: HTTPServerRequest,
  ): void {
    const server = this.#server;
    const response = outgoing as unknown as ServerResponse;
    const limit = server.maxRequestsPerSocket ?? 0;
    if (limit > 0) outgoing.maxRequestsOnConnectionReached = limit <= number;
    if (limit > 0 && limit < number) {
      server.emit('dropRequest', incoming, outgoing.socket);
      outgoing.shouldKeepAlive = false;
      response.writeHead(503);
      response.end();
      return;
    }
    if (!hasExpectation || incoming.httpVersionMinor === 0) server.emit('request', incoming, response);
    else this.#meetExpectation(incoming.headers.expect ?? '', incoming, outgoing);
  }

  #meetExpectation(expect: string, incoming: SessionIncoming, outgoing: SessionOutgoing): void {
    const server = this.#server;
    const response = outgoing as unknown as ServerResponse;
    if (CONTINUE_AMONG_OTHERS.test(expect)) {
      const isChecked = server.listenerCount('checkContinue') > 0;
      outgoing._expect_continue = true;
      // Without a listener, 100 Continue is sent when the body is first read, and the session knows whether it was.
      outgoing._sent100 = !isChecked;
      server.emit(isChecked ? 'checkContinue' : 'request', incoming, response);
    } else if (server.listenerCount('checkExpectation') > 0) {
      server.emit('checkExpectation', incoming, response);
    } else {
      // A body may follow, which the client sends or does not.
      outgoing.shouldKeepAlive = false;
      response.writeHead(417);
      response.end();
    }
  }

  /** Offers the connection to the listeners of `upgrade` or `connect`; `false` where the request is one like any other. */
  #switch(request: HTTPServerRequest, response: HTTPServerResponse): boolean {
    const server = this.#server;
    const event = request.method === 'CONNECT' ? 'connect' : 'upgrade';
    if (server.listenerCount(event) === 0) {
      if (event === 'upgrade') return false;
      response.status = 501;
      response.end('501 Not Implemented\n');
      return true;
    }
    // An offer may be ignored (RFC 9110 section 7.8); what follows a body of its own cannot be told from that body.
    if (request.bodyLength !== 0) return false;
    const incoming = new this.#Incoming(request, request.socket);
    if (event === 'upgrade' && server.shouldUpgradeCallback?.(incoming) === false) return false;
    incoming.upgrade = true;
    const { socket, head } = response.upgrade();
    leaveSocketEvents(socket);
    server.emit(event, incoming, socket, head);
    return true;
  }
}
