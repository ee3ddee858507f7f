import type { ExpiredTimer, TunnelState } from '../../machines/index.js';
import type { ErrorCode } from './codes.js';
import { HTTPSessionError, type SessionErrorOptions } from './session-error.js';

/** A status for the response to a malformed request. */
export type StatusHint = 400 | 408 | 413 | 414 | 417 | 431 | 501 | 505;

/**
 * The network failed: no connection, or a lost one. `cause` is the system's error. POCO: `NetException`.
 *
 * @example
 * ```ts
 * try {
 *   await session.connect({ host: 'localhost', port: 8080 });
 * } catch (error) {
 *   if (error instanceof NetworkError) console.error(error.code, error.cause);
 * }
 * ```
 */
export class NetworkError extends HTTPSessionError {
  static override readonly family: string = 'NetworkError';

  /** @param options - `code` for a more precise one; `cause` for the system's error. */
  constructor(message: string, options: SessionErrorOptions = {}) {
    super(message, { code: 'ERR_HTTP_SESSION_NETWORK', ...options });
  }
}

/**
 * A timer expired. POCO: `TimeoutException`.
 *
 * @example
 * ```ts
 * session.setReceiveTimeout(5_000);
 * try {
 *   await session.request({ path: '/slow' });
 * } catch (error) {
 *   if (error instanceof TimeoutError) console.error(error.timer, error.timeout); // receive 5000
 * }
 * ```
 */
export class TimeoutError extends HTTPSessionError {
  static override readonly family: string = 'TimeoutError';
  /** Which timer: of a client `connect`, `send`, `receive`; of a server one of those of `ServerTimers`. */
  readonly timer: ExpiredTimer;
  /** What the timer was set to, in milliseconds. */
  readonly timeout: number;

  /** @param timeout - in milliseconds. */
  constructor(
    timer: ExpiredTimer,
    timeout: number,
    message = `${timer} timed out after ${String(timeout)} ms`,
  ) {
    super(message, { code: 'ERR_HTTP_SESSION_TIMEOUT' });
    this.timer = timer;
    this.timeout = timeout;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), timer: this.timer, timeout: this.timeout };
  }
}

/**
 * The call is not possible in the current state. The session is unchanged.
 *
 * @example
 * ```ts
 * try {
 *   new HTTPClientSession('localhost', 8080).detachSocket();
 * } catch (error) {
 *   if (error instanceof InvalidStateError) console.error(error.call, error.state);
 * }
 * ```
 */
export class InvalidStateError extends HTTPSessionError {
  static override readonly family: string = 'InvalidStateError';
  /** The call, as in your code: `detachSocket()`. */
  readonly call: string;
  /** The state at the time of the call, dotted: `unconnected.idle`. */
  readonly state: string;
  /** Why, where the state alone does not say it: `the response is complete`. */
  readonly reason: string | undefined;

  /**
   * @param call - as in your code: `detachSocket()`.
   * @param reason - a clause without a full stop: `the response is complete`.
   */
  constructor(call: string, state: string, reason?: string) {
    const why = reason === undefined ? '' : `: ${reason}`;
    super(`${call} is not possible in state ${state}${why}`, { code: 'ERR_HTTP_SESSION_INVALID_STATE' });
    this.call = call;
    this.state = state;
    this.reason = reason;
  }

  override toJSON(): Record<string, unknown> {
    const { call, state, reason } = this;
    return { ...super.toJSON(), call, state, ...(reason === undefined ? {} : { reason }) };
  }
}

/**
 * Your code tried to break HTTP. Nothing was sent.
 *
 * @example
 * ```ts
 * const request = new HTTPRequest('POST', '/orders');
 * request.setContentLength(3);
 * const body = await session.sendRequest(request);
 * try {
 *   await body.write('four');
 * } catch (error) {
 *   if (error instanceof LocalProtocolError) console.error(error.code);
 * }
 * ```
 */
export class LocalProtocolError extends HTTPSessionError {
  static override readonly family: string = 'LocalProtocolError';

  /** @param code - a more precise one. @param options - `cause` for what the server said. */
  constructor(
    message: string,
    code: ErrorCode = 'ERR_HTTP_SESSION_LOCAL_PROTOCOL',
    options: Pick<SessionErrorOptions, 'cause'> = {},
  ) {
    super(message, { ...options, code });
  }
}

/**
 * The peer broke HTTP. POCO: `MessageException`.
 *
 * @example
 * ```ts
 * try {
 *   await session.request({ path: '/' });
 * } catch (error) {
 *   if (error instanceof RemoteProtocolError) console.error('malformed response:', error.message);
 * }
 * ```
 */
export class RemoteProtocolError extends HTTPSessionError {
  static override readonly family: string = 'RemoteProtocolError';
  /** The status that a server responds with. */
  readonly status: StatusHint;

  /** @param status - the status that a server responds with. */
  constructor(
    message: string,
    code: ErrorCode = 'ERR_HTTP_SESSION_REMOTE_PROTOCOL',
    status: StatusHint = 400,
  ) {
    super(message, { code });
    this.status = status;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), status: this.status };
  }
}

/**
 * The peer left before a message began. POCO: `NoMessageException`.
 *
 * @example
 * ```ts
 * try {
 *   await session.request({ method: 'POST', path: '/orders', body: 'two apples' });
 * } catch (error) {
 *   if (error instanceof NoMessageError) console.error('no response, send again?', error.replay);
 * }
 * ```
 */
export class NoMessageError extends HTTPSessionError {
  static override readonly family: string = 'NoMessageError';

  /** @param options - `cause` for the system's error. */
  constructor(
    message = 'the peer closed the connection before a message began',
    options: SessionErrorOptions = {},
  ) {
    super(message, { code: 'ERR_HTTP_SESSION_NO_MESSAGE', ...options });
  }
}

/**
 * The peer left in the middle of a message.
 *
 * @example
 * ```ts
 * const response = await session.request({ path: '/file' });
 * try {
 *   await response.bytes();
 * } catch (error) {
 *   if (error instanceof IncompleteMessageError) console.error('truncated:', error.message);
 * }
 * ```
 */
export class IncompleteMessageError extends HTTPSessionError {
  static override readonly family: string = 'IncompleteMessageError';

  /** @param options - `cause` for the system's error. */
  constructor(
    message = 'the peer closed the connection in the middle of a message',
    options: SessionErrorOptions = {},
  ) {
    super(message, { code: 'ERR_HTTP_SESSION_INCOMPLETE_MESSAGE', ...options });
  }
}

/**
 * The operation was aborted: by `abort()`, by a signal, or because the session ended.
 *
 * @example
 * ```ts
 * try {
 *   await session.request({ path: '/', signal: AbortSignal.timeout(1_000) });
 * } catch (error) {
 *   if (error instanceof AbortedError) console.error('gave up:', error.cause);
 * }
 * ```
 */
export class AbortedError extends HTTPSessionError {
  static override readonly family: string = 'AbortedError';

  /** @param options - `cause` for the reason of a signal. */
  constructor(message = 'the operation was aborted', options: SessionErrorOptions = {}) {
    super(message, { code: 'ERR_HTTP_SESSION_ABORTED', ...options });
  }
}

/**
 * A worker process of a pool did not become ready, or exited unexpectedly.
 *
 * @example
 * ```ts
 * const pool = new WorkerPool({ exec: new URL('worker.mjs', import.meta.url) });
 * try {
 *   await pool.start();
 * } catch (error) {
 *   if (error instanceof WorkerError) console.error(error.pid, error.exitCode, error.signal);
 * }
 * ```
 */
export class WorkerError extends HTTPSessionError {
  static override readonly family: string = 'WorkerError';
  /** The process id; 0 if there never was a process. */
  readonly pid: number;
  /** Its exit code; `null` while it runs, or when a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it; `null` for none. */
  readonly signal: string | null;

  /** @param options - the process, how it ended, and `cause` for the system's error. */
  constructor(
    message: string,
    options: SessionErrorOptions & {
      readonly pid?: number;
      readonly exitCode?: number | null;
      readonly signal?: string | null;
    } = {},
  ) {
    const { pid = 0, exitCode = null, signal = null, ...rest } = options;
    super(message, { code: 'ERR_HTTP_SESSION_WORKER', ...rest });
    this.pid = pid;
    this.exitCode = exitCode;
    this.signal = signal;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), pid: this.pid, exitCode: this.exitCode, signal: this.signal };
  }
}

/** The side of a proxy: the connection to it (`proxy`), or that from it to the server inside the tunnel (`origin`). */
export type ProxyHop = 'proxy' | 'origin';

/** Options of a `ProxyError`. */
export interface ProxyErrorOptions {
  /** The side that failed. */
  readonly hop: ProxyHop;
  /** The state of the tunnel chart, dotted. */
  readonly state: TunnelState;
  /** The status that the proxy has answered CONNECT with. @defaultValue null */
  readonly status?: number | null;
  /** The fields of that answer, in order. @defaultValue [] */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  /** What caused it, such as a NetworkError. */
  readonly cause?: unknown;
}

/** Fields that may hold credentials; a `ProxyError` has none of them. */
const CREDENTIAL_FIELDS = new Set([
  'authorization',
  'proxy-authorization',
  'authentication-info',
  'proxy-authentication-info',
  'cookie',
  'set-cookie',
]);

/**
 * A connection through a proxy could not be opened. Nothing of the request was sent, so `replay` is `safe`.
 *
 * @example
 * ```ts
 * try {
 *   await client.request('https://api.example/orders');
 * } catch (error) {
 *   if (error instanceof ProxyError) console.error(error.hop, error.state, error.status); // proxy challenged.asked 407
 * }
 * ```
 */
export class ProxyError extends HTTPSessionError {
  static override readonly family: string = 'ProxyError';
  /** The side that failed: the `proxy` itself, or the `origin` inside the tunnel. */
  readonly hop: ProxyHop;
  /** The state of the tunnel chart at that moment, dotted: `asked`. */
  readonly state: TunnelState;
  /** The status that the proxy has answered CONNECT with; `null` when it gave no answer, or the origin failed. */
  readonly status: number | null;
  /** The fields of that answer, in order, without those that may hold credentials. */
  readonly fields!: readonly (readonly [name: string, value: string])[];

  /** @param options - the side, the state, the answer of the proxy, and `cause` for what failed underneath. */
  constructor(message: string, options: ProxyErrorOptions) {
    super(message, {
      code: 'ERR_HTTP_SESSION_PROXY',
      ...('cause' in options ? { cause: options.cause } : {}),
    });
    const { hop, state, status = null, fields = [] } = options;
    this.hop = hop;
    this.state = state;
    this.status = status;
    const shown = fields.filter(([name]) => !CREDENTIAL_FIELDS.has(name.toLowerCase()));
    // Their values are for code that asks for them, and in no log.
    Object.defineProperty(this, 'fields', { value: shown, enumerable: false });
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), hop: this.hop, state: this.state, status: this.status };
  }
}
