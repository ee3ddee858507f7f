import { HTTPSessionError } from '../../errors/index.js';
import type { HTTPServerRequest } from './http-server-request.js';
import type { HTTPServerResponse } from './http-server-response.js';
import type { RequestTaker } from './request-taker.js';
import type { SessionCore } from '../core/session-core.js';

/** A request and the response to it. */
export interface ServerExchange {
  /** The head is complete; the body is read on demand. */
  readonly request: HTTPServerRequest;
  /** To be completed before the next request is handed out. */
  readonly response: HTTPServerResponse;
}

/**
 * The requests of a session for somebody who pulls them. It holds one at the most, because the loop hands out the
 * next request only after the response to this one.
 */
export class RequestQueue implements RequestTaker {
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
