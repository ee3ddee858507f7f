import type { HTTPClientResponse, RequestInit } from '../session/index.js';

/** The timeouts of one call, in milliseconds; 0 for none, those of the client by default. */
export interface CallTimeouts {
  /** How long it may wait for a connection. */
  readonly queue?: number | undefined;
  /** How long a connection for it may take to open, proxies and TLS included. */
  readonly connect?: number | undefined;
  /** How long sending may make no progress. */
  readonly send?: number | undefined;
  /** How long the head of the response may take, from the end of the request. */
  readonly head?: number | undefined;
  /** How long the body of the response may pause while it is read. */
  readonly receive?: number | undefined;
}

/** What a client sends, beside the URL: the members of the session's `RequestInit` but for the path. */
export interface ClientRequestInit extends Omit<RequestInit, 'path' | 'timeouts'> {
  /** The timeouts of this call; those of the client by default. */
  readonly timeouts?: CallTimeouts | undefined;
  /** The Unix domain socket to connect to; the URL names the host for the Host field alone. */
  readonly socketPath?: string | undefined;
}

/** A request on its way through the interceptors; one that is changed is a copy: `{ ...request, method: 'GET' }`. */
export interface ClientRequest extends ClientRequestInit {
  /** Where it goes. */
  readonly url: URL;
}

/** Sends a request, and resolves with the response once its head is complete. */
export type RequestFunction = (request: ClientRequest) => Promise<HTTPClientResponse>;

/** Stands between a call and the pool: may change the request, repeat it, or answer by itself. */
export type Interceptor = (next: RequestFunction) => RequestFunction;
