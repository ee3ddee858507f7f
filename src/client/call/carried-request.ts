import type { ClientRequest } from '../request.js';
import type { Call } from './call.js';

/** The member that carries the call of a request through the interceptors, and through the copies that they make. */
export const CALL: unique symbol = Symbol('call');

/** A request that knows which call it belongs to. */
export interface CarriedRequest extends ClientRequest {
  readonly [CALL]?: Call;
}

/** The call of a request; `undefined` where an interceptor has made the request from nothing. */
export function callOf(request: ClientRequest): Call | undefined {
  return (request as CarriedRequest)[CALL];
}
