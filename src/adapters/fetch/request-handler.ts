import type { HTTPServerRequest, HTTPServerResponse, RequestHandler } from '../../session/index.js';
import type { SocketAddress } from '../../transport/index.js';
import { deliver, sendStatus } from './outgoing-response.js';
import { toRequest } from './incoming-request.js';

/** What a fetch handler gets beside the request, as its second argument. Hono has it as `c.env`. */
export interface FetchContext {
  /** The request as the session has it: raw target, order and spelling of the fields, the body of a GET. */
  readonly request: HTTPServerRequest;
  /**
   * The response as the session has it: interim responses, taking the connection over. Fields that are set here are sent
   * beside those of the `Response`. Once this one was begun, the `Response` that the handler gives is not sent.
   */
  readonly response: HTTPServerResponse;
  /** The address of the client; `null` for transports without addresses. It stays when the connection is gone. */
  readonly clientAddress: SocketAddress | null;
}

/** A handler of the Fetch standard, such as Hono's `app.fetch`. */
export type FetchHandler = (request: Request, context: FetchContext) => Response | Promise<Response>;

/** Options of `toRequestHandler`. */
export interface FetchOptions {
  /**
   * The scheme of `request.url`. Set it where a proxy in front ends TLS, so that the server sees plain connections of
   * clients that have asked for `https:`.
   *
   * @defaultValue `https` on connections with TLS, otherwise `http`
   */
  readonly scheme?: 'http' | 'https' | undefined;
}

/**
 * Runs a handler of the Fetch standard on this server: `new HTTPServer(toRequestHandler(app.fetch))`.
 *
 * Bodies are streamed both ways, with the back-pressure of the socket. What `Request` has no form for is answered without
 * the handler: CONNECT, TRACE and TRACK with 501, `OPTIONS *` with 204, a target that is no URL with 400, one of another
 * scheme with 421.
 *
 * @throws TypeError when `handler` is no function, or the scheme is neither `http` nor `https`.
 */
export function toRequestHandler(handler: FetchHandler, options: FetchOptions = {}): RequestHandler {
  if (typeof handler !== 'function') throw new TypeError('a fetch handler is a function');
  const { scheme } = options;
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw new TypeError('the scheme is http or https');
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
