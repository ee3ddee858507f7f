import type { ExchangeState, SessionState } from '../../../machines/index.js';
import { errors } from '../../diagnostics.js';
import {
  HTTPSessionError,
  InvalidStateError,
  type EndedBy,
  type ReplayVerdict,
  type RequestReference,
  type Testimony,
} from '../../errors/index.js';
import type { SocketAddress } from '../../transport/index.js';
import { sessionChart } from './charts.js';
import type { TransitionHistory } from './ledger.js';
import type { SessionRole } from './role.js';

/** What an error can testify to. */
export interface Witness {
  readonly id: number;
  readonly state: SessionState;
  readonly since: number;
  readonly exchange: { readonly name: string; readonly tags: ReadonlySet<string> };
  readonly endedBy: EndedBy | null;
  readonly requestNumber: number;
  readonly requestMethod: string;
  readonly requestTarget: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly history: TransitionHistory;
  readonly peer: SocketAddress | undefined;
  readonly role: Pick<SessionRole, 'isHeadSent' | 'isRequestUnsent'>;
}

/** What an error says of a request, where that is not the one in progress. */
export type AboutRequest = Pick<Testimony, 'request' | 'replay'> & Partial<Testimony>;

/**
 * Gives an error the circumstances it came about under, unless it has them already: an error is a witness of the
 * moment it was made, not of the moment it was caught.
 *
 * @param about - the request that it belongs to, if that is not the one in progress.
 */
export function testify<TError extends HTTPSessionError>(
  core: Witness,
  error: TError,
  endedBy: EndedBy | null = core.endedBy,
  about: AboutRequest | null = null,
): TError {
  if (error.testimony !== undefined) return error;
  const isActive = core.exchange.tags.has('requesting') || core.exchange.tags.has('responding');
  error.testimony = {
    sessionId: core.id,
    state: core.state,
    exchange: core.exchange.name as ExchangeState,
    since: core.since,
    endedBy,
    request: requestOf(core),
    bytesIn: core.bytesIn,
    bytesOut: core.bytesOut,
    headSent: core.role.isHeadSent(),
    responseBegun: isActive && !core.exchange.tags.has('unanswered'),
    // A call that was not possible has changed nothing: to repeat it would not help.
    replay: error instanceof InvalidStateError ? 'unknown' : replayVerdict(core),
    history: core.history.records(),
    ...about,
  };
  if (errors.hasSubscribers) errors.publish({ sessionId: core.id, error, address: core.peer });
  return error;
}

/** Of a call that belongs to no request of the session: the one in progress has nothing to do with it. */
export const NO_REQUEST: AboutRequest = {
  request: null,
  replay: 'unknown',
  headSent: false,
  responseBegun: false,
};

/** Of a request that never began: nothing of it was sent to anybody, and so it may be sent again. */
export function unsentRequest(
  core: Witness,
  { method, uri }: { readonly method: string; readonly uri: string },
): AboutRequest {
  const number = sessionChart.isTagged(core.state, 'attached') ? core.requestNumber + 1 : 1;
  const request = { number, method, target: uri };
  return { request, replay: 'safe', headSent: false, responseBegun: false };
}

/**
 * Completes the testimony of a connection that could not be opened for a request: nothing of it was sent to anybody,
 * and so it may be sent again.
 */
export function testifyUnsent(
  error: unknown,
  request: { readonly method: string; readonly uri: string },
): unknown {
  const testimony = error instanceof HTTPSessionError ? error.testimony : undefined;
  if (
    error instanceof InvalidStateError ||
    testimony === undefined ||
    !sessionChart.isTagged(testimony.state, 'connecting')
  )
    return error;
  const { method, uri } = request;
  (error as HTTPSessionError).testimony = {
    ...testimony,
    request: { number: 1, method, target: uri },
    replay: 'safe',
  };
  return error;
}

function requestOf(core: Witness): RequestReference | null {
  const { tags } = core.exchange;
  if (core.requestNumber === 0 || tags.has('idle') || tags.has('past')) return null;
  return { number: core.requestNumber, method: core.requestMethod, target: core.requestTarget };
}

/** Only what was never handed to the socket cannot have reached the application. */
function replayVerdict(core: Witness): ReplayVerdict {
  return core.requestNumber > 0 && core.role.isRequestUnsent() ? 'safe' : 'unknown';
}

/** What was thrown, with its testimony if it is an error of ours. */
export function testified(core: Witness, error: unknown): unknown {
  return error instanceof HTTPSessionError ? testify(core, error) : error;
}
