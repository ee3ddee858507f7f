import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import type { HTTPServerRequest, HTTPServerResponse, RequestHandler } from '../../session/index.js';
import type { SocketAddress } from '../../transport/index.js';
import { deliver, sendStatus } from './outgoing-response.js';
import { toRequest } from './incoming-request.js';

/** The second argument of a fetch handler. In Hono it is `c.env`. */
export interface FetchContext {
  /** The request of the session: raw target, order and spelling of the fields, the body of a GET. */
  readonly request: HTTPServerRequest;
  /**
   * The response of the session: interim responses, `upgrade()`. Fields that you set here are sent along with those of
   * the `Response`. Once you start this response, the `Response` that the handler returns is not sent.
   */
  readonly response: HTTPServerResponse;
  /** The address of the client; `null` for transports without addresses. It stays after the connection is gone. */
  readonly clientAddress: SocketAddress | null;
}

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
}

const OPTIONS = new KnownNames('option of toRequestHandler()', ['scheme']);

/**
 * Runs a handler of the Fetch standard on this server: `new HTTPServer(toRequestHandler(app.fetch))`.
 *
 * Bodies are streamed both ways, with the back-pressure of the socket. Requests that cannot be a `Request` get a response
 * without the handler: CONNECT, TRACE and TRACK 501, `OPTIONS *` 204, a target that is not a URL 400, a target with
 * another scheme 421.
 *
 * @throws TypeError when `handler` is not a function, the scheme is neither `http` nor `https`, or an option is unknown.
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
  const { scheme } = options;
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw new TypeError(`scheme: must be 'http' or 'https' (got ${JSON.stringify(scheme)})`);
  }
  return async (request, response) => {
    const asked = toRequest(request, scheme ?? (request.secure ? 'https' : 'http'));
    if (typeof asked === 'number') {
      sendStatus(response, asked);
      return;
    }
    const context = { request, response, clientAddress: request.clientAddress() };
    await deliver(await handler(asked, context), request, response);
  };
}
