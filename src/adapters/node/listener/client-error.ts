import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

import {
  IncompleteMessageError,
  RemoteProtocolError,
  TimeoutError,
  type ErrorCode,
  type HTTPSessionError,
} from '../../../errors/index.js';
import type { RefusalTaker } from '../../../session/index.js';
import { emitClientError, leaveSocketEvents } from './socket-events.js';

/** What node:http calls the mistakes of a client, by what this package calls them. */
const CODES: Partial<Record<ErrorCode, string>> = {
  ERR_HTTP_SESSION_BAD_METHOD: 'HPE_INVALID_METHOD',
  ERR_HTTP_SESSION_BAD_TARGET: 'HPE_INVALID_URL',
  ERR_HTTP_SESSION_BAD_VERSION: 'HPE_INVALID_VERSION',
  ERR_HTTP_SESSION_BAD_START_LINE: 'HPE_INVALID_CONSTANT',
  ERR_HTTP_SESSION_BAD_LINE_END: 'HPE_CR_EXPECTED',
  ERR_HTTP_SESSION_BAD_FIELD: 'HPE_INVALID_HEADER_TOKEN',
  ERR_HTTP_SESSION_BAD_CONTENT_LENGTH: 'HPE_INVALID_CONTENT_LENGTH',
  ERR_HTTP_SESSION_BAD_TRANSFER_ENCODING: 'HPE_INVALID_TRANSFER_ENCODING',
  ERR_HTTP_SESSION_UNKNOWN_CODING: 'HPE_INVALID_TRANSFER_ENCODING',
  ERR_HTTP_SESSION_BAD_CHUNK: 'HPE_INVALID_CHUNK_SIZE',
  ERR_HTTP_SESSION_BAD_TRAILER: 'HPE_INVALID_HEADER_TOKEN',
  ERR_HTTP_SESSION_START_LINE_TOO_LONG: 'HPE_HEADER_OVERFLOW',
  ERR_HTTP_SESSION_HEAD_TOO_LARGE: 'HPE_HEADER_OVERFLOW',
};

/** An error as `clientError` gets it: code and members of node:http, and ours as its cause. */
function clientErrorOf(error: HTTPSessionError, head: Buffer): Error {
  if (error instanceof TimeoutError) {
    return Object.assign(new Error('Request timeout', { cause: error }), {
      code: 'ERR_HTTP_REQUEST_TIMEOUT',
    });
  }
  const code =
    error instanceof IncompleteMessageError ? 'HPE_INVALID_EOF_STATE' : (CODES[error.code] ?? 'HPE_USER');
  const reason = error.message;
  // A FIN has no packet.
  const packet = error instanceof IncompleteMessageError ? {} : { rawPacket: head };
  const members = { code, reason, bytesParsed: 0, ...packet };
  return Object.assign(new Error(`Parse Error: ${reason}`, { cause: error }), members);
}

/**
 * Passes requests that cannot be served on to the listeners of `clientError`, who own the socket then. Without a listener,
 * and where node:http would have answered by itself, this side answers.
 */
export class ClientErrors implements RefusalTaker {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  wants(error: HTTPSessionError): boolean {
    if (this.#server.listenerCount('clientError') === 0) return false;
    if (error instanceof TimeoutError) return error.timer !== 'handler' && error.timer !== 'halfClosed';
    // node:http answers a request without Host by itself.
    if (error.code === 'ERR_HTTP_SESSION_BAD_HOST') return false;
    return error instanceof RemoteProtocolError || error instanceof IncompleteMessageError;
  }

  take(socket: Duplex, error: HTTPSessionError, head: Buffer): void {
    leaveSocketEvents(socket);
    emitClientError(this.#server, clientErrorOf(error, head), socket);
  }
}
