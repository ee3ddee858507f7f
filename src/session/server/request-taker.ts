import type { HTTPSessionError } from '../../errors/index.js';
import type { HTTPServerRequest } from './http-server-request.js';
import type { HTTPServerResponse } from './http-server-response.js';
import type { SessionCore } from '../core/session-core.js';

/** What a loop asks of the session that it works for. */
export interface LoopingSession {
  getKeepAlive(): boolean;
  /** Aborts when the server drains. */
  drainSignal(): AbortSignal;
}

/** Who takes the requests of a loop. */
export interface RequestTaker {
  requestArrived(request: HTTPServerRequest, response: HTTPServerResponse, core: SessionCore): void;
  /** No request will come any more; `error` unless that is an orderly end. */
  requestsEnded(error: HTTPSessionError | null): void;
}
