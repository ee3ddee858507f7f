import type { Duplex } from 'node:stream';

import type { HTTPClientResponse, RequestInit } from '../../session/index.js';

/** What a dispatcher asks its client for, beside the URL. */
export interface DispatchInit extends Omit<RequestInit, 'path' | 'timeouts'> {
  readonly timeouts?:
    { readonly head?: number | undefined; readonly receive?: number | undefined } | undefined;
}

/** A connection that was switched to another protocol. */
export interface DispatchedSwitch {
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly response: HTTPClientResponse;
}

/** What a dispatcher sends its requests with: an `HTTPClient`, or anything that has these members. */
export interface DispatchClient {
  request(url: string, init: DispatchInit): Promise<HTTPClientResponse>;
  upgrade(
    url: string,
    init: DispatchInit & { readonly protocol?: string | undefined },
  ): Promise<DispatchedSwitch>;
  connect(authority: string, init: DispatchInit & { readonly via: string }): Promise<DispatchedSwitch>;
  drain(options?: { readonly deadline?: number | undefined }): Promise<unknown>;
  destroy(reason?: unknown): void;
}
