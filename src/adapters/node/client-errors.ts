import { RemoteProtocolError, TimeoutError, type HTTPSessionError } from '../../errors/index.js';
import { networkError } from '../../session/core/network-errors.js';

/** What the parser of node:http found, and what it answers. */
const STATUS: Readonly<Record<string, 413 | 431>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};

/** The error of a `clientError` event in the families of this package; the original is its cause. */
export function clientError(error: unknown, requestTimeout: number): HTTPSessionError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return withCause(new TimeoutError('message', requestTimeout, 'the request took too long'), error);
  }
  if (!code.startsWith('HPE_')) return networkError(error);
  return withCause(
    new RemoteProtocolError(message, 'ERR_HTTP_SESSION_REMOTE_PROTOCOL', STATUS[code] ?? 400),
    error,
  );
}

/** Whether an error of that kind leaves a socket on which node:http still answers. */
export function isAnswerable(error: HTTPSessionError): boolean {
  return error instanceof RemoteProtocolError || error instanceof TimeoutError;
}

function withCause<TError extends Error>(error: TError, cause: unknown): TError {
  return Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
}
