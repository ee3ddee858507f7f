// Generated from tunnel.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/state-names

/** Every state of the tunnel chart, dotted. */
export const TUNNEL_STATES = [
  'asked',
  'cancelled',
  'challenged.asked',
  'challenged.dialling',
  'challenged.securingProxy',
  'dialling',
  'failed',
  'open',
  'ready',
  'refused',
  'securingOrigin',
  'securingProxy',
] as const;

/** The name of a state of the tunnel chart. */
export type TunnelState = (typeof TUNNEL_STATES)[number];
