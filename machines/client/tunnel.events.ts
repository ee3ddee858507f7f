/** Names of all events that the tunnel chart understands. */
export const TUNNEL_EVENTS = [
  'proxy.dialled',
  'proxy.connected',
  'challenge.kept',
  'challenge.closed',
  'proxy.refused',
  'tunnel.opened',
  'origin.secure',
  'origin.connected',
  'attempt.failed',
  'deadline.expired',
  'tunnel.cancel',
] as const;

/** Every event that the tunnel chart understands; none has a payload. */
export interface TunnelEvent {
  /** The name of the event. */
  readonly type: (typeof TUNNEL_EVENTS)[number];
}

/** Names of the actions; what they do is implemented by the tunnel. */
export const TUNNEL_ACTIONS = [
  'dialProxy',
  'secureProxy',
  'sendConnect',
  'enterTunnel',
  'secureOrigin',
  'handOver',
  'reportFailure',
  'reportTimeout',
  'dropConnection',
] as const;

/** The name of an action of the tunnel chart. */
export type TunnelAction = (typeof TUNNEL_ACTIONS)[number];

/**
 * Tags answer questions about a state. Code asks tags, never names of states.
 *
 * - `pending`: the tunnel is being opened.
 * - `proxy`, `origin`: the hop that is being waited for, and that an error of this moment names.
 * - `asking`: the proxy has the CONNECT request.
 * - `answering`: the request has the answer to a challenge; another challenge is a refusal.
 * - `over`: nothing happens here any more.
 */
export type TunnelTag = 'pending' | 'proxy' | 'origin' | 'asking' | 'answering' | 'over';
