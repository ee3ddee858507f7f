import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import { isThenable } from '../../diagnostics.js';
import type { RequestHandler } from '../../session/index.js';
import type { FetchContext } from './fetch-context.js';
import { replaceGlobals } from './light-globals.js';
import { deliver, sendStatus } from './outgoing-response.js';
import { toRequest } from './incoming-request.js';

/** A handler of the Fetch standard, such as Hono's `app.fetch`. */
export type FetchHandler = (request: Request, context: FetchContext) => Response | Promise<Response>;

/** Options of `toRequestHandler`. */
export interface FetchOptions {
  /**
   * The scheme of `request.url`. Set it to `https` if a proxy in front terminates TLS, so that the server sees plain
   * connections.
   *
   * @defaultValue `https` on connections with TLS, otherwise `http`
   */
  readonly scheme?: 'http' | 'https' | undefined;
  /**
   * Replaces `globalThis.Response`, for the whole process, by a class that makes no stream for text, bytes and JSON. Where
   * a copy of a light request would need it (Node.js 24 and later), `Request` and `fetch` are replaced, too. It more than
   * halves what a framework such as Hono costs on this server; see docs/fetch.md.
   *
   * @defaultValue false
   */
  readonly replaceGlobals?: boolean | undefined;
}

const OPTIONS = new KnownNames('option of toRequestHandler()', ['scheme', 'replaceGlobals']);

/**
 * Runs a handler of the Fetch standard on this server: `new HTTPServer(toRequestHandler(app.fetch))`.
 *
 * Bodies are streamed both ways, with the back-pressure of the socket. Requests that cannot be a `Request` get a response
 * without the handler: CONNECT, TRACE and TRACK 501, `OPTIONS *` 204, a target that is not a URL 400, a target with
 * another scheme 421.
 *
 * @throws TypeError when `handler` is not a function, the scheme is neither `http` nor `https`, `replaceGlobals` is not a
 * boolean, or an option is unknown.
 *
 * @example
 * ```ts
 * const server = new HTTPServer(toRequestHandler((request) => new Response(`Hello ${request.url}`)));
 * await server.listen({ port: 8080 });
 * ```
 */
export function toRequestHandler(handler: FetchHandler, options: FetchOptions = {}): RequestHandler {
  if (typeof handler !== 'function') {
    throw new TypeError(`fetch handler: must be a function (got ${describeValue(handler)})`);
  }
  checkOptions('toRequestHandler()', options, OPTIONS);
  const { scheme, replaceGlobals: replaces = false } = options;
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw new TypeError(`scheme: must be 'http' or 'https' (got ${JSON.stringify(scheme)})`);
  }
  if (typeof replaces !== 'boolean') {
    throw new TypeError(`replaceGlobals: must be true or false (got ${describeValue(replaces)})`);
  }
  if (replaces) replaceGlobals();
  return (request, response) => {
    const context = { request, response, clientAddress: request.clientAddress() };
    const asked = toRequest(request, scheme ?? (request.secure ? 'https' : 'http'), context);
    if (typeof asked === 'number') {
      sendStatus(response, asked);
      return undefined;
    }
    const given: Response | PromiseLike<Response> = handler(asked, context);
    if (!isThenable(given)) return deliver(given, request, response);
    return Promise.resolve(given).then((settled) => deliver(settled, request, response));
  };
}
