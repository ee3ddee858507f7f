import type { Duplex } from 'node:stream';

import { reportFault } from '../../diagnostics.js';
import {
  HTTPError,
  HTTPSessionError,
  InvalidStateError,
  LocalProtocolError,
  RemoteProtocolError,
} from '../../errors/index.js';
import type { SessionCore } from '../core/session-core.js';
import { failResponse, type Answer } from './failed-response.js';
import type { HTTPServerRequest } from './http-server-request.js';
import type { HTTPServerResponse } from './http-server-response.js';

/**
 * Deals with what a handler has thrown, which may be anything: reports it if it is a fault, and answers in place of the
 * handler. Never throws, as nothing could catch that.
 */
export function handlerFailed(
  core: SessionCore,
  request: HTTPServerRequest,
  response: HTTPServerResponse,
  error: unknown,
): void {
  const isConnected = core.is('usable');
  const answer = quietlyAsk(() => answerOf(core, error));
  // An answer that cannot be given any more would be lost without a trace.
  const isAnswered = answer !== null && isConnected && !response.sent;
  const isInnocent = (isAnswered && answer.status < 500) || isOfPeer(core, request, error, isConnected);
  if (!isInnocent) reportFault('handler', error, core.id);
  destroyOrphan(request.upgradedSocket);
  if (!isConnected) return;
  try {
    failResponse(core, response, answer ?? undefined);
  } catch (refused) {
    // The answer itself cannot be sent, such as one with a malformed field.
    reportFault('handler', refused, core.id);
    failResponse(core, response);
  }
}

/** The answer that an error asks for: that of an `HTTPError`, or of a mistake that this client made in its request. */
function answerOf(core: SessionCore, error: unknown): Answer | null {
  if (error instanceof HTTPError) return error;
  if (error instanceof RemoteProtocolError && isOfSession(core, error)) return { status: error.status };
  return null;
}

/** Whether it tells only of what the peer did to the connection, which is no fault of the handler that passes it on. */
function isOfPeer(
  core: SessionCore,
  request: HTTPServerRequest,
  error: unknown,
  isConnected: boolean,
): boolean {
  const isOf = quietlyAsk(() => {
    if (request.isToldBy(error)) return true;
    if (!(error instanceof HTTPSessionError) || error instanceof HTTPError) return false;
    if (!isConnected) return true;
    return (
      !(error instanceof InvalidStateError || error instanceof LocalProtocolError) && isOfSession(core, error)
    );
  });
  return isOf ?? false;
}

function isOfSession(core: SessionCore, error: HTTPSessionError): boolean {
  return error.testimony?.sessionId === core.id;
}

/** Asks about something whose members may throw; `null` when they do. */
function quietlyAsk<TAnswer>(ask: () => TAnswer): TAnswer | null {
  try {
    return ask();
  } catch {
    return null;
  }
}

/**
 * A socket that was handed over to a handler, which then threw: where nothing reads from it yet, nothing will, and it would
 * stay open without an owner.
 */
function destroyOrphan(socket: Duplex | null): void {
  if (socket === null || socket.listenerCount('data') + socket.listenerCount('readable') > 0) return;
  socket.destroy();
}
