/** What the checker holds the pool to, with the invariants of the client layer that these are. */
export const POOL_PROPERTIES = {
  'dead connection':
    'no byte of a request goes to a connection that is too old, or whose end can be read (I1)',
  'one exchange': 'a session has one exchange at a time (I2)',
  places:
    'there are never more places than allowed, none that no call needs, and each is freed exactly once (I3)',
  'wake-up': 'no call waits beside an idle place, or beside room without a connect for it (I4)',
  order: 'who has waited longest is served first (I5)',
  settles: 'a call settles exactly once, and is over when it has (I6)',
  account: 'the charts say what is so: of room, of the last connect, of unread bodies',
  stuck: 'every call settles and every drain ends, without the time limits of the queue and of the drain',
} as const;

/** The short name of a property. */
export type PoolProperty = keyof typeof POOL_PROPERTIES;

/** The names of all properties. */
export const POOL_PROPERTY_NAMES = Object.keys(POOL_PROPERTIES) as readonly PoolProperty[];
