import type { HeadLimits } from '../limits.js';

/**
 * What the last request head of a connection said, for the next one: clients repeat their field lines to the letter,
 * and lines that were judged once need no second look. It belongs to one connection, so that no client learns anything
 * of another one.
 */
export interface RepeatedHead {
  /** The limits that it was judged by. */
  readonly limits: HeadLimits;
  /** The length of the whole head, in bytes. */
  readonly length: number;
  /** The field lines, without the blank line. */
  readonly block: string;
  readonly bodyLength: number;
  readonly persistent: boolean;
  readonly expectsContinue: boolean;
  readonly offersSwitch: boolean;
}

/** Longer field lines are not kept: an idle connection should cost little. */
export const MAX_REPEATED_BYTES = 2_048;
