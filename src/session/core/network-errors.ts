import { HTTPSessionError, NetworkError } from '../../errors/index.js';

// An ES import of node:util would load what hides behind its lazy getters.
const { types } = process.getBuiltinModule('node:util');

const RESET_CODES = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Wraps an error of a socket; errors of this package pass through. */
export function networkError(error: unknown): HTTPSessionError {
  if (error instanceof HTTPSessionError) return error;
  const { message, code } = describe(error);
  if (code !== undefined && RESET_CODES.has(code)) {
    return new NetworkError(`the connection was reset (${message})`, {
      code: 'ERR_HTTP_SESSION_RESET',
      cause: error,
    });
  }
  return new NetworkError(message, { cause: error });
}

/** Wraps an error of the connector. */
export function connectError(error: unknown, target: string): HTTPSessionError {
  if (error instanceof HTTPSessionError) return error;
  const { message, code } = describe(error);
  const isTls =
    code !== undefined &&
    (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || /CERT|SIGNATURE|EPROTO/.test(code));
  return new NetworkError(`cannot connect to ${target}: ${message}`, {
    code: isTls ? 'ERR_HTTP_SESSION_TLS' : 'ERR_HTTP_SESSION_CONNECT',
    cause: error,
  });
}

/* Errors of the system are made outside of the realm that a test runner or `node:vm` gives to this code. */
function describe(error: unknown): { readonly message: string; readonly code: string | undefined } {
  // A host with several addresses fails with an AggregateError that has no text of its own.
  const isUntold = types.isNativeError(error) && error.message === '' && 'errors' in error;
  const single: unknown = isUntold ? (error as AggregateError).errors[0] : error;
  if (!types.isNativeError(single)) return { message: String(single), code: undefined };
  return { message: single.message, code: (single as NodeJS.ErrnoException).code };
}
