import {
  type ExpiredTimer,
  type HTTPSessionError,
  InvalidStateError,
  RemoteProtocolError,
} from '../../errors/index.js';
import { BodyFeed } from '../message/body-feed.js';
import type { SessionCore } from '../core/session-core.js';
import { NO_REQUEST, testify } from '../core/testify.js';

/** Why a request cannot be sent while another one has the session. */
export const BUSY = 'another request is in progress on this session';

/** The error for a request that cannot be sent now: of the call alone, not of the request in progress. */
export function requestRefusal(core: SessionCore, call: string, reason: string): InvalidStateError {
  const error = new InvalidStateError(call, core.isDisposed ? 'disposed' : core.state, reason);
  return testify(core, error, core.endedBy, NO_REQUEST);
}

/** Why no response can be waited for. */
export function responseRefusal(core: SessionCore, isAwaited: boolean): HTTPSessionError {
  const call = 'receiveResponse()';
  if (isAwaited) return core.illegal(call, 'another call waits for the response');
  const hasResponse = core.is('attached') && !core.exchange.tags.has('idle');
  if (hasResponse) return core.illegal(call, 'the response has been received');
  return core.exception ?? core.illegal(call, 'no request is in progress');
}

/** The error for bytes that answer no request. */
export function unexpectedData(): RemoteProtocolError {
  const text = 'the server sent bytes that nothing had asked for';
  return new RemoteProtocolError(text, 'ERR_HTTP_SESSION_UNEXPECTED_DATA');
}

/** The error for a server that keeps a client waiting with ever more interim responses. */
export function tooManyInterims(): RemoteProtocolError {
  return new RemoteProtocolError('too many interim responses', 'ERR_HTTP_SESSION_BAD_STATUS');
}

/**
 * Whether a timer limits a message. Then what the server sends later would be taken for the answer to something else, and
 * the connection is closed (RFC 9112 section 9.5). The reads and writes of raw bytes are recoverable, as in POCO.
 *
 * @param listener - reads the head of a response.
 */
export function limitsMessage(core: SessionCore, timer: ExpiredTimer, listener: unknown): boolean {
  const { reader, exchange } = core;
  if (timer === 'send') return exchange.tags.has('requesting') || exchange.tags.has('responding');
  return reader === listener || reader instanceof BodyFeed;
}
