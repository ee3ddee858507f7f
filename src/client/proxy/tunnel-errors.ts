import type { Chart } from '../../chart/index.js';
import { ProxyError, TimeoutError, type ProxyHop } from '../../errors/index.js';
import type { HTTPClientResponse } from '../../session/index.js';
import type { TunnelState } from '../../../machines/client/tunnel.states.js';

/** What an error of a tunnel names. */
export interface TunnelPlace {
  readonly chart: Chart<string>;
  readonly state: TunnelState;
  /** Scheme, host and port of the proxy. */
  readonly proxy: string;
  /** Host and port of the origin. */
  readonly origin: string;
}

function hopOf({ chart, state }: TunnelPlace): ProxyHop {
  return chart.isTagged(state, 'origin') ? 'origin' : 'proxy';
}

/** The error for a connection that failed. */
export function tunnelFailure(place: TunnelPlace, cause: unknown): ProxyError {
  const { state, proxy, origin } = place;
  const hop = hopOf(place);
  const what =
    hop === 'origin'
      ? `${origin} through proxy ${proxy}: TLS with the origin failed`
      : `proxy ${proxy}: ${
          place.chart.isTagged(state, 'asking')
            ? `no answer to CONNECT ${origin}`
            : 'could not be connected to'
        }`;
  const why = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : '';
  return new ProxyError(`${what}${why}`, { hop, state, cause });
}

/** The error for a proxy that opens no tunnel. */
export function tunnelRefusal(place: TunnelPlace, { status, message }: HTTPClientResponse): ProxyError {
  const { state, proxy, origin } = place;
  const hint = status === 407 ? '; check the credentials of the proxy' : '';
  return new ProxyError(`proxy ${proxy}: refused CONNECT ${origin} with status ${String(status)}${hint}`, {
    hop: 'proxy',
    state,
    status,
    fields: [...message],
  });
}

/** The error for a tunnel that took too long; it says who was waited for. */
export function tunnelTimeout(place: TunnelPlace, timeout: number): TimeoutError {
  const { proxy, origin } = place;
  const awaited = hopOf(place) === 'origin' ? `${origin} through proxy ${proxy}` : `proxy ${proxy}`;
  const text = `connect timed out after ${String(timeout)} ms, waiting for ${awaited}`;
  return new TimeoutError('connect', timeout, text);
}
