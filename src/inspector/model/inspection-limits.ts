import type { Bound } from '../../constants.js';

/** Caps on what the inspector's page remembers, and on what programs may make it hold that tell it of themselves. */
export const INSPECTION = {
  maxActors: {
    value: 100_000,
    unit: 'count',
    reason:
      'Actors that run: 30 000 sessions with their parts. Quiet actors of other programs make room for more.',
  },
  maxEndedActors: {
    value: 3_000,
    unit: 'count',
    reason: 'Actors that have ended and can still be looked at, with their errors: about 1000 sessions.',
  },
  maxChanges: {
    value: 50_000,
    unit: 'count',
    reason: 'Changes that one can travel back through: about 10 MB.',
  },
  maxRequests: {
    value: 1_200_000,
    unit: 'count',
    reason:
      'Requests in the table: 10 minutes at 2000 a second. A request takes 62 bytes, so all take 75 MB.',
  },
  maxRequestPaths: {
    value: 16_384,
    unit: 'count',
    reason: 'Different paths in the table of requests; all others together are `(other paths)`.',
  },
  maxRequestTexts: {
    value: 4_096,
    unit: 'count',
    reason:
      'Different methods, codes of errors, and kinds of names of sessions in the table of requests, each.',
  },
  maxRequestQueries: {
    value: 16_777_216,
    unit: 'bytes',
    reason: 'The queries of all requests together; beyond it those of the oldest are forgotten.',
  },
  maxSeconds: {
    value: 3_600,
    unit: 'count',
    reason: 'Seconds of which counts are kept, so the last hour: about 2 MB.',
  },
  maxSecondStates: {
    value: 500,
    unit: 'count',
    reason: 'States that are counted for each second, of all machines; the rest is left out.',
  },
  maxFlows: {
    value: 500,
    unit: 'count',
    reason: 'Different transitions of one machine that are counted within a second; the rest is left out.',
  },
  maxChartFlows: {
    value: 200,
    unit: 'count',
    reason: 'Transitions of one machine that are reported to a page each second: the most frequent ones.',
  },
  maxToldFlows: {
    value: 1_000,
    unit: 'count',
    reason: 'Transitions that are reported to a page each second; all machines have the same share of it.',
  },
  maxErrorMarks: {
    value: 1_000,
    unit: 'count',
    reason: 'Errors and faults that are marked in time; older ones are only counted.',
  },
  maxDefinitions: {
    value: 200,
    unit: 'count',
    reason: 'Different machines of other programs. Those without actors make room; one more is not drawn.',
  },
  maxDefinitionLength: {
    value: 262_144,
    unit: 'bytes',
    reason: 'The definition of one machine; the largest of this package has 20 kB.',
  },
  maxDefinitionsLength: {
    value: 4_194_304,
    unit: 'bytes',
    reason: 'The definitions of other programs together; one more is not drawn.',
  },
  maxToldStates: {
    value: 2_000,
    unit: 'count',
    reason: 'States that are counted in one report to a page, of all machines; others are counted together.',
  },
  maxToldContexts: {
    value: 33_554_432,
    unit: 'bytes',
    reason:
      'All contexts together; beyond it those are forgotten that have not changed for the longest time.',
  },
  maxToldNames: {
    value: 33_554_432,
    unit: 'bytes',
    reason: 'The names of all actors together; beyond half of it, quiet actors of other programs make room.',
  },
  maxToldContext: {
    value: 8_192,
    unit: 'bytes',
    reason: 'What is kept of the context that a machine of another program tells; the rest is cut off.',
  },
  maxToldName: {
    value: 256,
    unit: 'bytes',
    reason: 'What is kept of a name that another program tells: of an actor, a state or an event.',
  },
  maxMessageBytes: {
    value: 4_194_304,
    unit: 'bytes',
    reason: 'One message of another program; a longer one is passed over and counted as dropped.',
  },
  maxMessageTime: {
    value: 30_000,
    unit: 'ms',
    reason: 'How long a message of another program may take to come whole; then it is dropped.',
  },
  maxUnfinishedBytes: {
    value: 33_554_432,
    unit: 'bytes',
    reason: 'Messages of other programs that have not come whole, together; one that exceeds it is dropped.',
  },
  maxTellers: {
    value: 64,
    unit: 'count',
    reason: 'Programs that report to the page at the same time; one more gets 503.',
  },
  maxWatchers: {
    value: 64,
    unit: 'count',
    reason: 'Pages that receive changes at the same time; one more gets 503.',
  },
  maxListed: { value: 1_000, unit: 'count', reason: 'Actors in one answer to a list; the rest is counted.' },
} as const satisfies Record<string, Bound>;
