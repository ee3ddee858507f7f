import type { HTTPSession } from '../../../session/index.js';
import type { SessionModelEvent } from '../../models/session-model.js';
import type { Step } from '../driver.js';

/**
 * What has to be true of a session in whatever state it is; a sentence when something is not. Two sources that say the same
 * are what shows that an action of the chart was not carried out.
 */
export function contradictionOf(session: HTTPSession): string | null {
  const { state } = session;
  const isAttached = /^connected\.|\.recoverable\./.test(state);
  const says = (what: string): string => `${state}, but ${what}`;
  if (session.connected() !== state.startsWith('connected.')) {
    return says(`connected() is ${String(session.connected())}`);
  }
  if ((session.socket() !== null) !== isAttached)
    return says(isAttached ? 'it has no socket' : 'it has a socket');
  const isFaulty = session.networkException() !== null;
  if (state.startsWith('errored.') && !isFaulty) return says('it has no exception');
  if ((isAttached || state === 'unconnected.idle') && isFaulty && !state.startsWith('errored.')) {
    return says('it has an exception');
  }
  if (session.socket()?.destroyed === true) return says('its socket is destroyed');
  return null;
}

/** What a step promises about the exception and the buffer; a sentence when it is not kept. */
export function brokenPromiseOf(session: HTTPSession, step: Step<SessionModelEvent>): string | null {
  const { state } = session;
  const exception = session.networkException()?.message ?? null;
  const promised = PROMISES[step.event]?.(step);
  if (promised === undefined) return null;
  if (promised.exception !== undefined && promised.exception !== exception) {
    return `${state}, but the exception is ${JSON.stringify(exception)}`;
  }
  if (promised.buffered !== undefined && promised.buffered !== session.buffered()) {
    return `${state}, but ${String(session.buffered())} bytes are buffered, not ${String(promised.buffered)}`;
  }
  return null;
}

interface Promised {
  readonly exception?: string | null;
  readonly buffered?: number;
}

const PROMISES: Readonly<Partial<Record<SessionModelEvent, (step: Step) => Promised>>> = {
  'exception.set': ({ payload }) => ({ exception: String(payload['message']) }),
  'exception.clear': () => ({ exception: null }),
  'session.connect': () => ({ exception: null, buffered: 0 }),
  'socket.attach': ({ payload }) => ({ exception: null, buffered: String(payload['head']).length }),
};
