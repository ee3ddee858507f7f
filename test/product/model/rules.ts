import type { ProductState } from './product-state.js';
import type { Token } from './token.js';

/**
 * How much is explored. Every bound is on what the environment may do; what the sessions make of it is not bounded.
 */
export interface Bounds {
  /** Requests that the client's application sends on the connection, 1 to 7. @defaultValue 2 */
  readonly requests: number;
  /** Raw bytes that each side may send around a hand-over, 0 to 7. @defaultValue 2 */
  readonly rawBytes: number;
  /** What kinds of requests there are. @defaultValue all */
  readonly kinds: readonly RequestKind[];
  /**
   * How many requests may be on the way at the same time. 1: the client is a client session, which never pipelines.
   * More: it is a user who speaks HTTP over a session's raw bytes, and tells responses apart by their order.
   *
   * @defaultValue 1
   */
  readonly pipelining: number;
  /** Whether one thing may go wrong. @defaultValue true */
  readonly faults: boolean;
}

/**
 * `pieces`: its head comes in two pieces; `body`: with one piece of body; `close`: says that it is the last one;
 * `expects`: waits for 100 Continue; `offers`: CONNECT, which offers to switch.
 */
export type RequestKind = 'plain' | 'pieces' | 'body' | 'close' | 'expects' | 'offers';

/** All kinds of requests. */
export const REQUEST_KINDS: readonly RequestKind[] = [
  'plain',
  'pieces',
  'body',
  'close',
  'expects',
  'offers',
];

/** The bounds unless others are given. */
export const DEFAULT_BOUNDS: Bounds = {
  requests: 2,
  rawBytes: 2,
  kinds: REQUEST_KINDS,
  pipelining: 1,
  faults: true,
};

/**
 * What the code around the charts decides, as the product does it. Replaced one by one, they show that the checker finds
 * what it is for.
 */
export interface Rules {
  /** Whether the client session may send a request now (`HTTPClientSession.isReady`). */
  mayRequest(state: ProductState): boolean;
  /**
   * Whether the client first reports to its exchange chart that a request must not be sent twice, and then what its body
   * waits for: in the other order the first would be taken for the start of its body (`ClientExchange.begin`).
   */
  readonly forbidsReplayFirst: boolean;
  /** Whether the client watches a connection whose response is complete and whose request is not (`AnsweredUpload`). */
  readonly watchesUploads: boolean;
  /** Whether the server's loop keeps reading heads while a request is being answered (`ServerLoop.#begin`). */
  readonly readsAhead: boolean;
  /** What the new owner of a socket gets of the bytes that were not consumed (`detachSocket`). */
  handOver(held: readonly Token[]): Token[];
  /** Whether the end of the grace closes connections that are idle (`ServerLoop.drain`). */
  readonly closesIdle: boolean;
  /** Whether a server that has refused a request lets the connection linger (`SessionCore.linger`). */
  readonly lingers: boolean;
}

/** The rules of the product. */
export const PRODUCT_RULES: Rules = {
  mayRequest: ({ client }) =>
    client.exchange.tags.has('idle') && client.session.name === 'connected.open' && client.held.length === 0,
  forbidsReplayFirst: true,
  watchesUploads: true,
  readsAhead: false,
  handOver: (held) => [...held],
  closesIdle: true,
  lingers: true,
};
