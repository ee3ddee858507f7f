import type { Difference } from '../explore/difference.js';

/** What RFC 9110 and RFC 9112 say about what a member does. */
export interface Requirement {
  readonly level: 'MUST' | 'SHOULD' | 'MAY';
  readonly section: string;
  /** What is required, recommended or allowed. */
  readonly text: string;
  /** Whether what was seen is that. */
  readonly isKept: (told: string) => boolean;
}

const anything = (): boolean => true;
const refusesAndCloses = (told: string): boolean => told === '400, closes';

/** What is required where the server model leaves a choice, by event. */
export const SERVER_CHOICES: Readonly<Record<string, Requirement>> = {
  garbage: {
    level: 'SHOULD',
    section: 'RFC 9112 section 2.2',
    text: 'answer 400, then close',
    isKept: refusesAndCloses,
  },
  'bad.host': {
    level: 'MUST',
    section: 'RFC 9112 section 3.2',
    text: 'answer 400',
    isKept: (told) => told.startsWith('400'),
  },
  'bad.length': {
    level: 'MUST',
    section: 'RFC 9112 section 6.3',
    text: 'answer 400, then close',
    isKept: refusesAndCloses,
  },
  'bad.framing': {
    level: 'MUST',
    section: 'RFC 9112 section 6.3',
    text: 'answer 400, then close',
    isKept: refusesAndCloses,
  },
  fin: {
    level: 'MAY',
    section: 'RFC 9112 section 8',
    text: 'answer an error before it closes',
    isKept: anything,
  },
  'wait.idle': { level: 'MAY', section: 'RFC 9112 section 9.5', text: 'close at any time', isKept: anything },
  'wait.head': {
    level: 'MAY',
    section: 'RFC 9110 section 15.5.9',
    text: 'answer 408 before it closes',
    isKept: anything,
  },
  'wait.body': {
    level: 'MAY',
    section: 'RFC 9110 section 15.5.9',
    text: 'answer 408 before it closes',
    isKept: anything,
  },
};

/** What is required where the client model leaves a choice, by event. */
export const CLIENT_CHOICES: Readonly<Record<string, Requirement>> = {
  'answer.surplus': {
    level: 'SHOULD',
    section: 'RFC 9112 section 9.2',
    text: 'close',
    isKept: (told) => told.includes('closes'),
  },
  fin: {
    level: 'MAY',
    section: 'RFC 9110 section 9.2.2',
    text: 'ask again, if the request is idempotent',
    isKept: anything,
  },
  reset: {
    level: 'MAY',
    section: 'RFC 9110 section 9.2.2',
    text: 'ask again, if the request is idempotent',
    isKept: anything,
  },
  garbage: {
    level: 'MAY',
    section: 'RFC 9112 section 8',
    text: 'close, as long as it takes no answer from it',
    isKept: anything,
  },
  stall: {
    level: 'SHOULD',
    section: 'RFC 9112 section 9.5',
    text: 'close, if it gives the connection up',
    isKept: (told) => told.includes('closes'),
  },
};

/** A judgement of a difference: which rule it breaks, or that none forbids it. */
export interface Judgement extends Omit<Requirement, 'isKept'> {
  readonly event: string;
  /** The judgement is about differences for which this holds. */
  readonly isAbout: (difference: Difference) => boolean;
}

/** Differences that were seen in the zoo, each judged; one without a judgement fails `npm run test:zoo`. */
export const JUDGEMENTS: readonly Judgement[] = [
  {
    event: 'interim',
    level: 'MUST',
    section: 'RFC 9110 section 15.2',
    text: 'a client has to take interim responses before the final one, expected or not; 100 to a request without Expect can simply be discarded (section 15.2.1)',
    isAbout: ({ seen, failed }) =>
      seen.every((told) => told.startsWith('the call failed')) && failed.join() === '{"status":100}',
  },
];

/** The judgement of a difference; `undefined` for one that nobody has judged yet. */
export function judgementOf(difference: Difference): Judgement | undefined {
  return JUDGEMENTS.find(({ event, isAbout }) => event === difference.event && isAbout(difference));
}
