import type { ClientDispatcher } from './client-dispatcher.js';

/** That of Node.js: `globalThis.fetch = client.fetch` must not make it call itself. */
const { fetch: fetchOfNode } = globalThis;

/** The `fetch` of Node.js, over a dispatcher. What decides is the standard's: redirects, decompression, cache modes. */
export function fetchOver(dispatcher: ClientDispatcher): typeof fetch {
  return (input, init) => fetchOfNode(input, { ...init, dispatcher } as unknown as RequestInit);
}
