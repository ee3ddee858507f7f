import type { HTTPServerRequest } from '../../session/index.js';

/** Aborts when the response to this request can no longer be delivered. */
export function signalOf(request: HTTPServerRequest): AbortSignal {
  return (
    (request as HTTPServerRequest & { readonly signal?: AbortSignal }).signal ?? new AbortController().signal
  );
}
