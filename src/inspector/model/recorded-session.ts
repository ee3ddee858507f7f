import type { EndAddress, SessionReport, SessionTotals } from './shapes.js';

type Loose = Readonly<Record<string, unknown>>;

/** Deeper errors are not shown: to write them would exhaust the stack. */
const MAX_DEPTH = 32;

/** What a recording says of a session: of whatever is not as it should be, that nothing is known. */
export function recordedSession(recorded: object | null): SessionReport | null {
  if (recorded === null) return null;
  const session = recorded as Loose;
  return {
    ...(session as unknown as SessionReport),
    role: session['role'] === 'client' ? 'client' : 'server',
    local: endOf(session['local']),
    remote: endOf(session['remote']),
    socket: textOf(session['socket']),
    timers: countsOf(session['timers']),
    armed: textOf(session['armed']),
    totals: totalsOf(session['totals']),
    request: requestOf(session['request']),
    response: isCount(session['response']) ? session['response'] : null,
    error: errorOf(session['error']),
  };
}

function endOf(end: unknown): EndAddress | null {
  const { address, port } = looselyIn(end);
  return typeof address === 'string' && isCount(port) ? { address, port } : null;
}

function countsOf(counts: unknown): Record<string, number> {
  return Object.fromEntries(
    Object.entries(looselyIn(counts)).filter((entry): entry is [string, number] => isCount(entry[1])),
  );
}

function totalsOf(recorded: unknown): SessionTotals {
  const { requests = 0, bytesIn = 0, bytesOut = 0, errors = 0 } = countsOf(recorded);
  return { ...looselyIn(recorded), requests, bytesIn, bytesOut, errors };
}

function requestOf(recorded: unknown): SessionReport['request'] {
  const { number, method, target } = looselyIn(recorded);
  if (!isCount(number) || typeof method !== 'string' || typeof target !== 'string') return null;
  return { ...looselyIn(recorded), number, method, target };
}

function errorOf(error: unknown): object | null {
  return typeof error === 'object' && error !== null && isShallow(error, MAX_DEPTH) ? error : null;
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}

function looselyIn(value: unknown): Loose {
  return typeof value === 'object' && value !== null ? (value as Loose) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
