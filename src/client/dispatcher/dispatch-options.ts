/** Fields as undici takes them: names and values alternating, pairs, or an object. */
export type DispatchHeaders =
  | readonly (string | readonly string[])[]
  | Iterable<readonly [string, string | readonly string[]]>
  | Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** What `dispatch` takes; members that are not listed are ignored, as with undici. Durations are in milliseconds. */
export interface DispatchOptions {
  /** Scheme, host and port. */
  readonly origin?: string | URL | undefined;
  /** The request target, with its query; the authority of a CONNECT. */
  readonly path: string;
  /** The method. */
  readonly method: string;
  /** Text, bytes, a stream, an iterable of these, a `Blob` or `FormData`. */
  readonly body?: unknown;
  /** The fields, in any of the forms that undici takes. */
  readonly headers?: DispatchHeaders | null | undefined;
  /** Joins the path, which must not have a query then. */
  readonly query?: Readonly<Record<string, unknown>> | null | undefined;
  /** The protocol to switch to, such as `websocket`. */
  readonly upgrade?: string | boolean | null | undefined;
  /** How long the head of the response may take; 0 for no limit. Default: that of the client. */
  readonly headersTimeout?: number | null | undefined;
  /** How long the body of the response may pause; 0 for no limit. Default: that of the client. */
  readonly bodyTimeout?: number | null | undefined;
  /** Closes the connection after the response. */
  readonly reset?: boolean | null | undefined;
  /** Waits for 100 Continue before the body is sent. */
  readonly expectContinue?: boolean | null | undefined;
  /** The name in the certificate; only the host of the origin is taken. */
  readonly servername?: string | null | undefined;
}
