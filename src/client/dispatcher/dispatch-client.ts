import type { Duplex } from 'node:stream';

import type { HTTPClientResponse, RequestInit } from '../../session/index.js';

/** What a dispatcher asks its client for, beside the URL. */
export interface DispatchInit extends Omit<RequestInit, 'path' | 'timeouts'> {
  /** Timeouts of the head and of the body, in milliseconds; 0 for none. */
  readonly timeouts?:
    { readonly head?: number | undefined; readonly receive?: number | undefined } | undefined;
}

/** A connection that was switched to another protocol. */
export interface DispatchedSwitch {
  /** The socket. */
  readonly socket: Duplex;
  /** Bytes that came behind the response. */
  readonly head: Buffer;
  /** The response that switched it. */
  readonly response: HTTPClientResponse;
}

/** What a dispatcher sends its requests with: an `HTTPClient`, or anything that has these members. */
export interface DispatchClient {
  /** Sends a request. */
  request(url: string, init: DispatchInit): Promise<HTTPClientResponse>;
  /** Asks for another protocol. */
  upgrade(
    url: string,
    init: DispatchInit & { readonly protocol?: string | undefined },
  ): Promise<DispatchedSwitch>;
  /** Asks for a tunnel. */
  connect(authority: string, init: DispatchInit & { readonly via: string }): Promise<DispatchedSwitch>;
  /** Finishes what is in progress. */
  drain(options?: { readonly deadline?: number | undefined }): Promise<unknown>;
  /** Ends everything. */
  destroy(reason?: unknown): void;
}
