import { isThenable } from '../../diagnostics.js';
import { HTTPSessionError } from '../../errors/index.js';
import { writeRequestHead } from '../../protocol/index.js';
import { handlerFailed } from './handler-failure.js';
import type { HTTPServerRequest } from './http-server-request.js';
import type { HTTPServerResponse } from './http-server-response.js';
import type { SessionCore } from '../core/session-core.js';

/** What a loop hands requests to: a handler, or a queue that the user pulls from. */
export interface RequestSink {
  requestArrived(request: HTTPServerRequest, response: HTTPServerResponse, core: SessionCore): void;
  /** No further request will come; `error` is `null` for an orderly end. */
  requestsEnded(error: HTTPSessionError | null): void;
}

/** Handles one request. What it throws, or rejects with, is answered with 500 when nothing was sent yet. */
export type RequestHandler = (
  request: HTTPServerRequest,
  response: HTTPServerResponse,
) => void | Promise<void>;

const runners = new WeakMap<RequestHandler, HandlerRunner>();

/** The runner of a handler: it knows no session, and so one serves all of them. */
export function runnerOf(handler: RequestHandler): RequestSink {
  let runner = runners.get(handler);
  if (runner === undefined) {
    runner = new HandlerRunner(handler);
    runners.set(handler, runner);
  }
  return runner;
}

/** Runs a handler for each request, and catches what it throws. */
class HandlerRunner implements RequestSink {
  readonly #handler: RequestHandler;

  constructor(handler: RequestHandler) {
    this.#handler = handler;
  }

  requestArrived(request: HTTPServerRequest, response: HTTPServerResponse, core: SessionCore): void {
    try {
      const result: unknown = this.#handler(request, response);
      if (result !== undefined && isThenable(result)) {
        result.then(undefined, (error: unknown) => {
          handlerFailed(core, request, response, error);
        });
      }
    } catch (error) {
      handlerFailed(core, request, response, error);
    }
  }

  requestsEnded(): void {
    // A handler does not wait for requests: it is called for each.
  }
}

/** A request and the response to it. */
export interface ServerExchange {
  /** The head is complete; the body is read on demand. */
  readonly request: HTTPServerRequest;
  /** To be completed before the next request is handed out. */
  readonly response: HTTPServerResponse;
}

/**
 * The requests of a session for a user who pulls them. It holds at most one, because the loop hands out the next
 * request only after the response to this one.
 */
export class RequestQueue implements RequestSink {
  readonly #core: SessionCore;
  #waiting: ServerExchange | null = null;
  #end: HTTPSessionError | 'orderly' | null = null;
  #wake: (() => void)[] = [];

  constructor(core: SessionCore) {
    this.#core = core;
  }

  requestArrived(request: HTTPServerRequest, response: HTTPServerResponse): void {
    this.#waiting = { request, response };
    this.#wakeAll();
  }

  requestsEnded(error: HTTPSessionError | null): void {
    this.#end ??= error ?? 'orderly';
    this.#wakeAll();
  }

  /** The head of a request that was not pulled yet, as it came. */
  untakenHead(): Buffer {
    const { message } = this.#waiting?.request ?? {};
    return message === undefined ? Buffer.alloc(0) : Buffer.from(writeRequestHead(message), 'latin1');
  }

  /** The socket has another owner, and a request that was not pulled went along with it. */
  handedOver(): void {
    this.#waiting = null;
  }

  /** The exception that ended the requests was cleared. */
  resume(): void {
    this.#end = null;
  }

  async hasMore(): Promise<boolean> {
    while (this.#isOpen) await this.#news();
    return this.#waiting !== null;
  }

  async next(): Promise<ServerExchange | null> {
    // Between this look and the taking nothing is awaited: of several who pull, one gets the request, the others wait on.
    while (this.#isOpen) await this.#news();
    const next = this.#waiting;
    this.#waiting = null;
    const end = this.#end;
    if (next === null && end instanceof HTTPSessionError) {
      this.#end = 'orderly';
      throw end;
    }
    return next;
  }

  /** Whether there is no request, but may be one later. */
  get #isOpen(): boolean {
    return this.#waiting === null && this.#end === null && this.#core.is('attached');
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #wakeAll(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}
