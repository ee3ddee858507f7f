import type { ClientDispatcher } from './client-dispatcher.js';

/** The `fetch` of Node.js, over a dispatcher. What decides is the standard's: redirects, decompression, cache modes. */
export function fetchOver(dispatcher: ClientDispatcher): typeof fetch {
  return (input, init) => fetch(input, { ...init, dispatcher } as unknown as RequestInit);
}
