/** What the checker holds the product to. */
export const PROPERTIES = {
  'request after FIN': 'no request is sent on a session that has seen FIN',
  attribution: 'no response is attributed to another request, and requests are taken in their order',
  'hand-over': 'no byte is lost, doubled or taken for HTTP at a hand-over',
  stuck: 'there is no state without a move, except for the end',
  drain: 'a drain always ends by itself, and drops no request that has begun to arrive',
} as const;

/** The short name of a property. */
export type PropertyName = keyof typeof PROPERTIES;

/** The names of all properties. */
export const PROPERTY_NAMES = Object.keys(PROPERTIES) as readonly PropertyName[];
