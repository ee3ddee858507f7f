import type { ExpiredTimer, HTTPSessionError, TimeoutError } from '../../errors/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';
import { feedOf } from '../message/incoming-body.js';
import type { HTTPServerRequest } from './http-server-request.js';
import { afterFailure } from './rules.js';

/** What the expiry of a timer asks of the loop that serves the connection. */
export interface ExpiringLoop {
  readonly request: HTTPServerRequest | null;
  endOfRequests(): void;
  startDraining(): void;
  refuse(error: HTTPSessionError, status: number): void;
  abandonRequest(): void;
}

/** A timer of a served session passed; `true` when that is dealt with, so that the chart need not hear of it. */
export function expire(
  core: SessionCore,
  loop: ExpiringLoop,
  timer: ExpiredTimer,
  error: TimeoutError,
): boolean {
  switch (timer) {
    case 'linger':
      return false;
    case 'firstByte':
    case 'keepAlive':
      core.endedBy ??= 'timeout';
      loop.endOfRequests();
      return true;
    case 'connectionAge':
      core.notify({ type: 'session.drain' });
      loop.startDraining();
      return true;
    case 'sendProgress':
      core.giveUp(error, 'timeout');
      return true;
    case 'handler':
    case 'halfClosed':
      responseTimedOut(core, loop, error);
      return true;
    default:
      requestTimedOut(core, loop, error);
      return true;
  }
}

/** The client learns that no response will come, or that there is no more of it. */
function responseTimedOut(core: SessionCore, loop: ExpiringLoop, error: TimeoutError): void {
  if (core.exchange.tags.has('unanswered')) loop.refuse(error, 503);
  else core.giveUp(error, 'timeout');
}

function requestTimedOut(core: SessionCore, loop: ExpiringLoop, error: TimeoutError): void {
  const { request } = loop;
  const next = afterFailure(core.exchange.tags);
  if (request?.isBeingRead === true) feedOf(request.body).interrupt(error);
  else if (next === 'refuse') loop.refuse(error, 408);
  else if (next === 'abandon') {
    request?.giveUpBody();
    core.advance(EXCHANGE.requestAbandon);
  } else loop.abandonRequest();
}
