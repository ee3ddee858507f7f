import type { HTTPSession } from '../../../session/index.js';

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
