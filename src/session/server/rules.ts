import type { ChartNode } from '../../chart/index.js';
import { LIMITS } from '../../constants.js';
import type { ServerTimers } from './server-timers.js';

/*
 * What a server session decides, as functions of tags and facts. `ServerLoop` carries the decisions out; the product
 * checker of the tests asks the same functions.
 */

/** The tags of a state. */
export type Tags = ReadonlySet<string>;

/**
 * The timer that limits how long a server waits: for a request, the rest of a head, or a body. The state names it, beside
 * `sendProgress` while a response is sent; that one belongs to the output, in whatever order the regions name the two.
 */
export function waitingTimer({ timers }: Pick<ChartNode, 'timers'>): keyof ServerTimers | undefined {
  const at = timers[0] === 'sendProgress' ? 1 : 0;
  return timers[at] as keyof ServerTimers | undefined;
}

/** Whether no request may follow this one; `maxRequests` of 0 sets no bound. */
export function isLastRequest(
  isDraining: boolean,
  keepsAlive: boolean,
  number: number,
  maxRequests: number,
): boolean {
  return isDraining || !keepsAlive || (maxRequests > 0 && number >= maxRequests);
}

/**
 * What comes next once a message is complete: the next request, the end of the connection, the rest of a request whose
 * response is complete, or nothing before the response is.
 */
export function nextStep(exchange: Tags): 'listen' | 'finish' | 'discard' | 'wait' {
  if (exchange.has('idle')) return 'listen';
  if (exchange.has('over')) return 'finish';
  return exchange.has('responding') ? 'wait' : 'discard';
}

/** What becomes of a request whose rest cannot be had, because it is malformed, late or lost. */
export function afterFailure(exchange: Tags): 'refuse' | 'abandon' | 'finish' {
  if (exchange.has('idle') || exchange.has('unanswered')) return 'refuse';
  return exchange.has('responding') ? 'abandon' : 'finish';
}

/**
 * Whether a connection that is to end must linger instead of closing at once: where the client may still be sending, or
 * where a request of it may cross the close and destroy the answer before it. The kernel answers what arrives at a closed
 * socket by a reset, and forgets what it had yet to send (RFC 9112 section 9.6). No request crosses where the client has
 * said that none follows, and an answer of a few bytes has certainly left.
 */
export function mustLinger(isSilent: boolean, isLast: boolean, bytesSent: number): boolean {
  return !isSilent || (!isLast && bytesSent > LIMITS.maxUnlingeredBytes.value);
}

/** What the end of a drain's grace does: a head of which a part has come is a request already. */
export function closesOnDrain(exchange: Tags): boolean {
  return !exchange.has('receiving');
}
