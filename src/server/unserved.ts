import { errors, hasRefusalSubscribers, publishRefused } from '../diagnostics.js';
import { AbortedError, NetworkError, type HTTPSessionError } from '../errors/index.js';
import type { SocketAddress } from '../transport/index.js';

/*
 * Connections that end before they are sessions: nothing else could report what became of them.
 */

/** Sessions are counted from 1. */
const NO_SESSION = 0;

/** Publishes why a connection was not served. */
export function reportUnserved(error: HTTPSessionError, address: SocketAddress | undefined): void {
  if (errors.hasSubscribers) errors.publish({ sessionId: NO_SESSION, error, address });
}

/** Publishes that a TLS handshake failed. */
export function reportHandshake(cause: Error, address: SocketAddress | undefined): void {
  reportUnserved(handshakeFailure(cause), address);
}

/** The error of a TLS handshake that failed. */
export function handshakeFailure(cause: Error): NetworkError {
  return new NetworkError(`TLS handshake: ${cause.message}`, { code: 'ERR_HTTP_SESSION_TLS', cause });
}

/**
 * Publishes that a connection is refused, because there are as many as there may be.
 *
 * @param answeredAt - when it was answered with 503, in milliseconds since the Unix epoch; `null` if it was closed.
 */
export function reportOverload(address: SocketAddress | undefined, answeredAt: number | null): void {
  // An attack brings many of them.
  if (!errors.hasSubscribers && !hasRefusalSubscribers()) return;
  const error = new AbortedError(
    'the server has as many connections as it may have, in total or of this address',
    {
      code: 'ERR_HTTP_SESSION_TOO_MANY_CONNECTIONS',
    },
  );
  reportUnserved(error, address);
  if (answeredAt === null || !hasRefusalSubscribers()) return;
  // What it would have asked for is not known.
  const request = { sessionId: NO_SESSION, number: 1, method: '', target: '' };
  publishRefused({ ...request, at: answeredAt, address, status: 503, error });
}
