import { AsyncResource } from 'node:async_hooks';

const TYPE = 'HTTPSERVERREQUEST';

/** The context of the module, which is none of a request's. */
const outside = new AsyncResource(TYPE);

/** Who has bytes of a request. */
interface Arrival {
  bytesArrived(): void;
}

/**
 * Deals with bytes that waited for the end of a request. The call comes from the handler of that request, or from what it
 * awaited: what its `AsyncLocalStorage` holds must not reach the next one.
 */
export function inOwnContext(arrival: Arrival): void {
  outside.runInAsyncScope(enter, undefined, arrival);
}

function enter(arrival: Arrival): void {
  new AsyncResource(TYPE).runInAsyncScope(arrive, undefined, arrival);
}

function arrive(arrival: Arrival): void {
  arrival.bytesArrived();
}
