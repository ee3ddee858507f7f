import type { HTTPClientResponse, RequestInit, RequestTimeouts } from '../session/index.js';

/** The timeouts of one call, in milliseconds; 0 for none, those of the client by default. */
export interface ClientRequestTimeouts extends RequestTimeouts {
  /** Waiting for a connection of the pool. */
  readonly queue?: number | undefined;
}

/** What a client sends beside the URL. */
export interface ClientRequestInit extends Omit<RequestInit, 'path' | 'timeouts'> {
  /** Timeouts of this call alone. */
  readonly timeouts?: ClientRequestTimeouts | undefined;
  /** The path of a Unix socket to connect to, instead of the URL's host. */
  readonly socketPath?: string | undefined;
}

/** A request of a client, as interceptors see it. They pass on a copy: `{ ...request, changed }`. */
export interface ClientRequest extends ClientRequestInit {
  /** Where it is sent. */
  readonly url: URL;
}

/** Sends a request, and resolves with the response once its head is there. */
export type RequestFunction = (request: ClientRequest) => Promise<HTTPClientResponse>;

/** Wraps the function that sends requests by one that does more: retries, redirects, credentials. */
export type Interceptor = (next: RequestFunction) => RequestFunction;
