export type { ExpiredTimer } from '../../machines/index.js';
export { checkOptions, checkSignal, describeValue, KnownNames } from './arguments.js';
export { ERROR_CODES, type ErrorCode } from './codes.js';
export { HTTPError, type HTTPErrorOptions } from './http-error.js';
export { HTTPSessionError, type SessionErrorOptions } from './session-error.js';
export {
  AbortedError,
  IncompleteMessageError,
  InvalidStateError,
  LocalProtocolError,
  NetworkError,
  NoMessageError,
  ProxyError,
  RemoteProtocolError,
  TimeoutError,
  WorkerError,
  type ProxyErrorOptions,
  type ProxyHop,
  type StatusHint,
} from './families.js';
export type {
  AttemptRecord,
  EndedBy,
  ReplayVerdict,
  RequestReference,
  Testimony,
  TransitionRecord,
} from './testimony.js';
