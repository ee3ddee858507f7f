import type { HTTPSessionError } from '../../errors/index.js';
import type { HTTPClientResponse } from './http-client-response.js';

/** Takes the final response. */
export interface ResponseTaker {
  responded(response: HTTPClientResponse): void;
  /** `isReplayable`: the chart allows a retry of the request on a new connection. */
  failed(error: HTTPSessionError, isReplayable: boolean): void;
  /** The cycle of the response has ended: both messages are complete, or cannot be. */
  over?(): void;
}

/** Takes the response to a request that `startRequest` sends, in the place of a promise. */
export interface RequestTaker {
  /** The head of the final response is complete. */
  responded(response: HTTPClientResponse): void;
  /**
   * There is no response. Exactly one of `responded` and `failed` is called.
   *
   * @param isReplayable - the server's close crossed an idempotent request of which nothing was answered: it may be sent
   * again on another connection (RFC 9112 section 9.3.1).
   */
  failed(error: unknown, isReplayable: boolean): void;
  /** Both messages are complete, or cannot be. */
  over(): void;
}
