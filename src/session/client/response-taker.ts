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
