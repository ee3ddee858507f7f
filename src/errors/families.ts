import type { ExpiredTimer } from '../../machines/index.js';
import type { ErrorCode } from './codes.js';
import { HTTPSessionError, type SessionErrorOptions } from './session-error.js';

/** A status that answers a malformed request. */
export type StatusHint = 400 | 408 | 413 | 414 | 417 | 431 | 501 | 505;

/** The network failed. `cause` is the system's error. POCO: `NetException`. */
export class NetworkError extends HTTPSessionError {
  static override readonly family: string = 'NetworkError';

  /** @param options - `code` for a more precise one; `cause` for the system's error. */
  constructor(message: string, options: SessionErrorOptions = {}) {
    super(message, { code: 'ERR_HTTP_SESSION_NETWORK', ...options });
  }
}

/** A timer expired. POCO: `TimeoutException`. */
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

/** The call is not possible in the state that the session is in; the session is unchanged. */
export class InvalidStateError extends HTTPSessionError {
  static override readonly family: string = 'InvalidStateError';
  /** The call that was made, as the user wrote it: `detachSocket()`. */
  readonly call: string;
  /** The state it was made in, dotted: `unconnected.idle`. */
  readonly state: string;

  /** @param call - as the user wrote it: `detachSocket()`. */
  constructor(call: string, state: string) {
    super(`${call} is not possible in state ${state}`, { code: 'ERR_HTTP_SESSION_INVALID_STATE' });
    this.call = call;
    this.state = state;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), call: this.call, state: this.state };
  }
}

/** This side tried to break HTTP; nothing was sent. */
export class LocalProtocolError extends HTTPSessionError {
  static override readonly family: string = 'LocalProtocolError';

  /** @param code - a more precise one. */
  constructor(message: string, code: ErrorCode = 'ERR_HTTP_SESSION_LOCAL_PROTOCOL') {
    super(message, { code });
  }
}

/** The peer broke HTTP. POCO: `MessageException`. */
export class RemoteProtocolError extends HTTPSessionError {
  static override readonly family: string = 'RemoteProtocolError';
  /** The status that a server answers this with. */
  readonly status: StatusHint;

  /** @param status - what a server answers. */
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

/** The peer left before a message began. POCO: `NoMessageException`. */
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

/** The peer left in the middle of a message. */
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

/** The operation was aborted, by `abort()`, by a signal, or because the session ended under it. */
export class AbortedError extends HTTPSessionError {
  static override readonly family: string = 'AbortedError';

  /** @param options - `cause` for the reason of a signal. */
  constructor(message = 'the operation was aborted', options: SessionErrorOptions = {}) {
    super(message, { code: 'ERR_HTTP_SESSION_ABORTED', ...options });
  }
}

/** A worker process of a pool did not come to serve, or ended unasked. */
export class WorkerError extends HTTPSessionError {
  static override readonly family: string = 'WorkerError';
  /** The process; 0 when there never was one. */
  readonly pid: number;
  /** Its exit code; `null` while it runs, or when a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it; `null` for none. */
  readonly signal: string | null;

  /** @param options - which process, how it ended, and `cause` for the system's error. */
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
