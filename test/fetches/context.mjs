/**
 * What a cell has to do with.
 *
 * @typedef {object} Context
 * @property {(url: string, init?: any) => Promise<Response>} fetch Over the dispatcher.
 * @property {(options: any) => Context['fetch']} fetchWith Over a client with options.
 * @property {any} dispatcher
 * @property {any} undici The package; `null` for the global `fetch`.
 * @property {((url: string) => any) | null} webSocket Over the dispatcher; `null` where there is none.
 * @property {any} FormData Of the package, or the global one.
 * @property {any} HTTPSessionError
 * @property {import('./servers.mjs').Servers} servers
 */

/**
 * The context of one cell.
 *
 * @param {string} subject `global`, or the name of a package such as `undici6`.
 * @param {any} library The package under test: `toDispatcher`, `HTTPClient` and `HTTPSessionError`.
 * @param {import('./servers.mjs').Servers} servers
 * @returns {Promise<Context>}
 */
export async function contextOf(subject, library, servers) {
  const { default: undici = null } = subject === 'global' ? {} : await import(subject);
  const dispatcher = library.toDispatcher(new library.HTTPClient());
  const source = undici ?? globalThis;
  const WebSocket = source.WebSocket ?? null;
  return {
    fetch: (url, init) => source.fetch(url, { ...init, dispatcher }),
    dispatcher,
    undici,
    webSocket: WebSocket === null ? null : (url) => new WebSocket(url, { dispatcher }),
    FormData: source.FormData,
    HTTPSessionError: library.HTTPSessionError,
    fetchWith: (options) => {
      const own = library.toDispatcher(new library.HTTPClient(options));
      return (url, init) => source.fetch(url, { ...init, dispatcher: own });
    },
    servers,
  };
}
