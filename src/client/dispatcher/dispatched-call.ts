import type { Duplex } from 'node:stream';

import { AbortedError, HTTPSessionError } from '../../errors/index.js';
import type { BodyReader, HTTPResponse, ReceiveBuffer } from '../../protocol/index.js';
import {
  feedOf,
  HTTPClientResponse,
  nextPiece,
  type BodyConsumer,
  type BodyFeed,
} from '../../session/index.js';
import type { DispatchClient, DispatchedSwitch } from './dispatch-client.js';
import type { DispatchHandler } from './dispatch-handler.js';
import { originOf, sentRequest, type SentRequest } from './sent-request.js';
import type { DispatchOptions } from './dispatch-options.js';
import { SentReport } from './sent-report.js';

/** What the body's reader hands over in the place of a piece. */
const END = Symbol('end');

/** Hears that a call has its response, or will have none. */
export interface CallCounter {
  callAnswered(): void;
}

/**
 * One request that was dispatched: sends it with the client, and hands the response to its handler, whose dialect a
 * descendant speaks.
 *
 * The body is pulled from the session piece by piece, each when the handler has room for it; there is no stream and no
 * promise in between. The handler is never called from within a transition of the session.
 */
export abstract class DispatchedCall<THandler extends DispatchHandler> implements BodyConsumer {
  /** `null` once it has got its end. */
  protected handler: THandler | null;
  readonly #signal = new AbortController();
  readonly #counter: CallCounter;
  readonly #report: SentReport | null;
  #response: HTTPClientResponse | null = null;
  #feed: BodyFeed | null = null;
  /** What has arrived of the body, until it is handed on. */
  #arrived: Buffer | typeof END | HTTPSessionError | null = null;
  /** Whether the handler wants no more for now. */
  protected isPaused = false;
  /** The call stack: the body is being handed on. */
  #isHanding = false;

  constructor(handler: THandler, counter: CallCounter) {
    this.handler = handler;
    this.#counter = counter;
    this.#report = SentReport.for(handler, this.abort);
  }

  // ---- the dialect -------------------------------------------------------------------------------------------------

  /** The handler gets what it can abort the request with. */
  protected abstract starts(handler: THandler): void;
  /** A head is complete; an interim one too. */
  protected abstract responds(handler: THandler, head: HTTPResponse): void;
  protected abstract receives(handler: THandler, piece: Buffer): void;
  protected abstract ends(handler: THandler, response: HTTPClientResponse): void;
  protected abstract switches(handler: THandler, response: HTTPClientResponse, socket: Duplex): void;
  /** There is no response, or no end of it. */
  protected abstract fails(handler: THandler, error: unknown): void;

  // ---- the request -------------------------------------------------------------------------------------------------

  /** Sends the request, unless the options are malformed or the handler aborts it; returns whether it was sent. */
  send(client: DispatchClient, options: DispatchOptions): boolean {
    if (!this.#begins()) return false;
    try {
      this.#sendWith(client, sentRequest(options, this.#signal.signal, this.#interim, this.#report), options);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** Refuses the request before anything is done for it. */
  refuse(error: unknown): void {
    this.#fail(error);
  }

  #begins(): boolean {
    this.#tell(() => {
      this.starts(this.handler as THandler);
    });
    return this.handler !== null;
  }

  #sendWith(client: DispatchClient, { target, init }: SentRequest, options: DispatchOptions): void {
    if (init.method === 'CONNECT') {
      client.connect(target, { ...init, via: originOf(options) }).then(this.#switched, this.#refused);
      return;
    }
    const { upgrade } = options;
    if (upgrade !== undefined && upgrade !== null && upgrade !== false) {
      const protocol = upgrade === true ? 'websocket' : upgrade;
      client.upgrade(target, { ...init, protocol }).then(this.#switched, this.#refused);
      return;
    }
    client.request(target, init).then(this.#responded, this.#refused);
  }

  /** Ends the request, wherever it is, and the handler hears of it at once. */
  readonly abort = (reason?: unknown): void => {
    if (this.handler === null) return;
    const error = reason ?? new AbortedError('the request was aborted');
    this.#signal.abort(error);
    this.#fail(error);
  };

  // ---- the response ------------------------------------------------------------------------------------------------

  /** It comes in the middle of a transition, and the handler may do to its request what it likes. */
  readonly #interim = (head: HTTPResponse): void => {
    queueMicrotask(() => {
      this.#respond(head);
    });
  };

  readonly #responded = (response: HTTPClientResponse): void => {
    this.#counter.callAnswered();
    this.#receive(response);
  };

  readonly #switched = ({ socket, head, response }: DispatchedSwitch): void => {
    this.#counter.callAnswered();
    const { handler } = this;
    if (handler === null) {
      socket.destroy();
      return;
    }
    if (head.length > 0) socket.unshift(head);
    this.#report?.answered();
    this.#tell(() => {
      this.switches(handler, response, socket);
    });
    if (this.handler === null) socket.destroy();
    this.handler = null;
  };

  readonly #refused = (error: unknown): void => {
    this.#counter.callAnswered();
    // A server that does not switch has answered all the same.
    const cause = error instanceof HTTPSessionError ? error.cause : undefined;
    if (cause instanceof HTTPClientResponse) this.#receive(cause);
    else this.#fail(error);
  };

  #receive(response: HTTPClientResponse): void {
    if (this.handler === null) return;
    this.#response = response;
    this.#report?.answered();
    this.#respond(response.message);
    this.#feed = feedOf(response.body);
    this.handOn();
  }

  #respond(head: HTTPResponse): void {
    const { handler } = this;
    if (handler === null) return;
    this.#tell(() => {
      handler.onResponseStarted?.();
      if (this.handler !== null) this.responds(handler, head);
    });
  }

  /** What a handler throws ends its request. */
  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.abort(error);
    }
  }

  #fail(error: unknown): void {
    const { handler } = this;
    if (handler === null) return;
    this.handler = null;
    this.fails(handler, error);
  }

  // ---- the body ----------------------------------------------------------------------------------------------------

  /** Pulls the body and hands it on, as long as there is something and the handler takes it. */
  protected handOn(): void {
    const feed = this.#feed;
    if (feed === null || this.#isHanding) return;
    this.#isHanding = true;
    while (this.handler !== null && !this.isPaused) {
      if (this.#arrived === null) {
        if (feed.isBeingRead) break;
        feed.pull('dispatch()', this);
        if (this.#arrived === null) break;
      }
      this.#handOver();
    }
    this.#isHanding = false;
  }

  #handOver(): void {
    const handler = this.handler as THandler;
    const arrived = this.#arrived;
    this.#arrived = null;
    if (arrived instanceof HTTPSessionError) this.#fail(arrived);
    else if (arrived === END) {
      this.handler = null;
      try {
        this.ends(handler, this.#response as HTTPClientResponse);
      } catch (error) {
        this.fails(handler, error);
      }
    } else {
      try {
        this.receives(handler, arrived as Buffer);
      } catch (error) {
        this.abort(error);
      }
    }
  }

  #arrive(arrived: Buffer | typeof END | HTTPSessionError): void {
    this.#arrived = arrived;
    if (!this.#isHanding) process.nextTick(DispatchedCall.#next, this);
  }

  takeFrom(reader: BodyReader, buffer: ReceiveBuffer): boolean {
    const piece = nextPiece(this.#feed as BodyFeed, reader, buffer);
    if (piece === undefined) return false;
    this.#arrive(piece);
    return true;
  }

  finish(): void {
    this.#arrive(END);
  }

  fail(error: HTTPSessionError): void {
    this.#arrive(error);
  }

  /** One function for all: `nextTick` gets no closure for a piece. */
  static readonly #next = (call: DispatchedCall<DispatchHandler>): void => {
    call.handOn();
  };
}
