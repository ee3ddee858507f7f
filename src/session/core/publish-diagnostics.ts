import type {
  ExchangeEventType,
  ExchangeState,
  SessionEvent,
  SessionState,
} from '../../../machines/index.js';
import type { ChartEdge } from '../../chart/index.js';
import { exchanges, transitions, type ExchangeMessage } from '../../diagnostics.js';
import type { HTTPSessionError } from '../../errors/index.js';
import type { SessionLedger } from './ledger.js';

/** Publishes a transition of the lifecycle chart; `heldFor` in milliseconds. Call it only if there is a subscriber. */
export function publishTransition(
  session: SessionLedger,
  edge: ChartEdge,
  at: number,
  heldFor: number,
): void {
  const { id, role } = session;
  transitions.publish({
    sessionId: id,
    role: role.kind,
    chart: 'session',
    event: edge.event as SessionEvent['type'],
    from: edge.source.name as SessionState,
    to: edge.target.name as SessionState,
    at,
    heldFor,
  });
}

/** Publishes a step of the exchange chart, and the begin or end of an exchange if the step is one. */
export function publishStep(
  session: SessionLedger,
  edge: ChartEdge,
  at: number,
  reason: HTTPSessionError | null = session.exception,
): void {
  const { id, role } = session;
  if (transitions.hasSubscribers) {
    transitions.publish({
      sessionId: id,
      role: role.kind,
      chart: 'exchange',
      event: edge.event as ExchangeEventType,
      from: edge.source.name as ExchangeState,
      to: edge.target.name as ExchangeState,
      at,
      heldFor: undefined,
    });
  }
  if (!exchanges.hasSubscribers) return;
  const wasResponding = edge.source.tags.has('responding');
  if (wasResponding === edge.target.tags.has('responding')) return;
  if (wasResponding) exchanges.publish(endOf(session, edge.event, at, reason));
  else {
    session.exchangeBegunAt = at;
    exchanges.publish({ ...begunExchange(session, 'begin', at), status: undefined });
  }
}

function begunExchange(session: SessionLedger, phase: 'begin' | 'end', at: number): ExchangeMessage {
  return {
    phase,
    sessionId: session.id,
    role: session.role.kind,
    number: session.requestNumber,
    method: session.requestMethod,
    target: session.requestTarget,
    at,
    status: session.responseStatus === 0 ? undefined : session.responseStatus,
    duration: undefined,
    outcome: undefined,
    error: null,
    address: session.peer,
  };
}

function endOf(
  session: SessionLedger,
  event: string,
  at: number,
  reason: HTTPSessionError | null,
): ExchangeMessage {
  const begunAt = session.exchangeBegunAt;
  session.exchangeBegunAt = 0;
  const isCompleted = event === 'response.end' || event === 'response.switch';
  return {
    ...begunExchange(session, 'end', at),
    duration: begunAt === 0 ? undefined : at - begunAt,
    outcome: isCompleted ? 'completed' : event === 'request.replay' ? 'replayed' : 'failed',
    error: isCompleted ? null : reason,
  };
}
