import { reportFault } from '../../diagnostics.js';
import { HTTPSessionError, InvalidStateError, LocalProtocolError } from '../../errors/index.js';
import type { HTTPServerRequest } from './http-server-request.js';
import type { HTTPServerResponse } from './http-server-response.js';
import type { RequestTaker } from './request-taker.js';
import type { SessionCore } from '../core/session-core.js';

/** Handles one request. What it throws, or rejects with, is answered with 500 when nothing was sent yet. */
export type RequestHandler = (
  request: HTTPServerRequest,
  response: HTTPServerResponse,
) => void | Promise<void>;

const takers = new WeakMap<RequestHandler, HandlerTaker>();

/** The taker of a handler: it knows no session, and so one serves all of them. */
export function takerOf(handler: RequestHandler): RequestTaker {
  let taker = takers.get(handler);
  if (taker === undefined) {
    taker = new HandlerTaker(handler);
    takers.set(handler, taker);
  }
  return taker;
}

/** Runs a handler for each request, and keeps what it throws away from everybody else. */
class HandlerTaker implements RequestTaker {
  readonly #handler: RequestHandler;

  constructor(handler: RequestHandler) {
    this.#handler = handler;
  }

  requestArrived(request: HTTPServerRequest, response: HTTPServerResponse, core: SessionCore): void {
    try {
      const result: unknown = this.#handler(request, response);
      // Any thenable, as promises of libraries and of other realms are no `Promise` of ours.
      if (isThenable(result)) {
        result.then(undefined, (error: unknown) => {
          handlerFailed(core, response, error);
        });
      }
    } catch (error) {
      handlerFailed(core, response, error);
    }
  }

  requestsEnded(): void {
    // Nobody waits for requests here: they are handed out as they come.
  }
}

function isThenable(result: unknown): result is PromiseLike<unknown> {
  return (
    typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function'
  );
}

/** Whether the connection failed under the handler: that is no fault of the handler, which only passed it on. */
function isOfConnection(core: SessionCore, error: unknown, isConnected: boolean): boolean {
  if (!(error instanceof HTTPSessionError)) return false;
  if (!isConnected) return true;
  const isMistake = error instanceof InvalidStateError || error instanceof LocalProtocolError;
  return !isMistake && error.testimony?.sessionId === core.id;
}

/** 500 when nothing was sent; otherwise a reset, which the client cannot take for the end of the body. */
function handlerFailed(core: SessionCore, response: HTTPServerResponse, error: unknown): void {
  const isConnected = core.is('usable');
  if (!isOfConnection(core, error, isConnected)) reportFault('handler', error, core.id);
  if (!isConnected || response.finished) return;
  if (response.sent) {
    core.notify({ type: 'session.abort' });
    return;
  }
  response.message.clear();
  response.message.setStatusAndReason(500);
  response.message.setContentType('text/plain');
  response.end('500 Internal Server Error\n');
}
