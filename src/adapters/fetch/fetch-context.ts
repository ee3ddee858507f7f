import type { HTTPServerRequest, HTTPServerResponse } from '../../session/index.js';
import type { SocketAddress } from '../../transport/index.js';

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
