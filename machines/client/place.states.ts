// Generated from place.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/state-names

/** Every state of the place chart, dotted. */
export const PLACE_STATES = [
  'busy',
  'connecting',
  'gone',
  'idle',
  'reserved',
  'retiring',
  'taken',
  'unread',
] as const;

/** The name of a state of the place chart. */
export type PlaceState = (typeof PLACE_STATES)[number];
