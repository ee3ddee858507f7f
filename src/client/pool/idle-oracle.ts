import { LIMITS, TIMEOUTS } from '../../constants.js';
import type { IdleFinding } from '../diagnostics.js';

export type { IdleFinding };

/** What an oracle starts with. Durations are in milliseconds. */
export interface IdleOracleOptions {
  /** How long to keep an idle connection where the server says nothing; 0 for no limit. */
  readonly keepAliveTimeout: number;
  /** Taken off what the server says. */
  readonly keepAliveMargin: number;
  /** Most that the server is trusted with; 0 for no limit. */
  readonly keepAliveMaximum: number;
}

interface Closing {
  /** After how much idle time the server closed, in milliseconds. */
  idleFor: number;
  /** When, in monotonic milliseconds. */
  readonly at: number;
}

/** An observed timeout is trusted this far: idle times are measured at this end, and a FIN is on its way for a while. */
const TRUSTED_SHARE = 0.8;
/** Idle times agree if the shortest is at least this share of the longest. */
const AGREEING_SHARE = 0.8;
/** A server that kept a connection twice as long did not close another one because it was idle. */
const REFUTED_SHARE = 0.5;
/** Closings within this time have one cause, in milliseconds: a restart, or connections that became idle together. */
const ONE_CAUSE = 1_000;
/** How many closings are remembered: enough for three that agree among others. */
const REMEMBERED = 16;
/** Below this, what is taken off is less than a deadline may be late. */
const SHORTEST_OBSERVED = TIMEOUTS.timerGranularity.value / (1 - TRUSTED_SHARE);
/** The longest delay that the timers of Node.js know. */
const LONGEST_IDLE = 2 ** 31 - 1;

const WINDOW = TIMEOUTS.idleObservationWindow.value;
const HOLDS_FOR = TIMEOUTS.idleFindingTimeout.value;
const NEEDED = LIMITS.idleObservations.value;

/**
 * Knows how long an idle connection to one origin may be used: less than the server keeps it, or a request meets its FIN.
 *
 * Two sources decide, and the smaller of them holds:
 *
 * - What the server says with its latest response, `Keep-Alive: timeout=5`, less the margin and up to the maximum. Where it
 *   says nothing, your own timeout.
 * - What was observed. When the server has closed idle connections three times within ten minutes, after idle times that
 *   agree, four fifths of the shortest are the limit. It holds for a day after the last such observation. Then your own
 *   timeout is tried again, and one observation that agrees restores the limit. So a server that was changed is noticed, and
 *   one that was not costs one connection a day.
 *
 * A restart closes connections that were idle for any time; those of a busy pool for milliseconds. So closings within a
 * second are one observation, and none counts if a connection was used again after twice that idle time.
 */
export class IdleOracle {
  readonly #own: number;
  readonly #margin: number;
  readonly #maximum: number;
  readonly #now: () => number;
  readonly #found: ((finding: IdleFinding) => void) | undefined;
  /** The field that `#hinted` was read from. */
  #field: string | null | undefined = null;
  /** What the server's hint allows: 0 for a connection that it does not keep, `null` without a hint. */
  #hinted: number | null = null;
  /** Oldest first. */
  readonly #closings: Closing[] = [];
  readonly #survived: LongestIdle;
  #finding: IdleFinding | null = null;
  #holdsUntil = -Infinity;

  /**
   * @param now - monotonic time in milliseconds.
   * @param found - is called with each new finding; it must not throw.
   */
  constructor(options: IdleOracleOptions, now: () => number, found?: (finding: IdleFinding) => void) {
    this.#own = options.keepAliveTimeout;
    this.#margin = options.keepAliveMargin;
    this.#maximum = options.keepAliveMaximum === 0 ? LONGEST_IDLE : options.keepAliveMaximum;
    this.#now = now;
    this.#found = found;
    this.#survived = new LongestIdle(now());
  }

  /** How long an idle connection may be used, in milliseconds; 0 for no limit. Ask `keepsNone` first. */
  get idleTimeout(): number {
    const allowed = this.#hinted ?? this.#own;
    const { finding } = this;
    if (finding === null) return allowed;
    const trusted = finding.serverIdle * TRUSTED_SHARE;
    return allowed === 0 ? trusted : Math.min(allowed, trusted);
  }

  /** Whether the server closes a connection right after its response, so that it is of no further use. */
  get keepsNone(): boolean {
    if (this.#hinted === 0) return true;
    const { finding } = this;
    return finding !== null && finding.serverIdle < SHORTEST_OBSERVED;
  }

  /** What was observed, while it holds. */
  get finding(): IdleFinding | null {
    return this.#finding !== null && this.#now() < this.#holdsUntil ? this.#finding : null;
  }

  /** A response had this `Keep-Alive` field, or none. */
  heedHint(field: string | null | undefined): void {
    if (field === this.#field) return;
    this.#field = field;
    const timeout = timeoutOf(field ?? '');
    this.#hinted =
      timeout === null ? null : Math.max(0, Math.min(timeout - this.#margin, this.#maximum, LONGEST_IDLE));
  }

  /** A connection was used again, and answered, after so much idle time in milliseconds. */
  survivedIdle(idleFor: number, now = this.#now()): void {
    this.#survived.note(idleFor, now);
  }

  /** The server has closed a connection after so much idle time in milliseconds. */
  serverClosedIdle(idleFor: number): void {
    const now = this.#now();
    if (idleFor < this.#survived.longest(now) * REFUTED_SHARE) return;
    this.#remember(idleFor, now);
    const observed = this.#agreed(idleFor);
    if (observed === null) return;
    const { finding } = this;
    this.#holdsUntil = now + HOLDS_FOR;
    if (finding !== null && finding.serverIdle <= observed) return;
    this.#finding = { code: 'SERVER_CLOSES_FIRST', ownIdle: this.#hinted ?? this.#own, serverIdle: observed };
    this.#found?.(this.#finding);
  }

  #remember(idleFor: number, at: number): void {
    const closings = this.#closings;
    while (closings.length > 0 && at - (closings[0] as Closing).at > WINDOW) closings.shift();
    const last = closings.at(-1);
    if (last !== undefined && at - last.at < ONE_CAUSE) {
      last.idleFor = Math.min(last.idleFor, idleFor);
      return;
    }
    if (closings.length === REMEMBERED) closings.shift();
    closings.push({ idleFor, at });
  }

  /** The shortest of the observations that agree with this one, if they are enough; `null` if not. */
  #agreed(idleFor: number): number | null {
    const agreeing = this.#closings.map((it) => it.idleFor).filter((other) => agree(idleFor, other));
    if (agreeing.length >= NEEDED) return Math.min(...agreeing);
    // One is enough for what was known before, and was not seen only because connections were closed earlier.
    const known = this.#finding;
    if (known !== null && this.finding === null && agree(idleFor, known.serverIdle)) {
      return Math.min(idleFor, known.serverIdle);
    }
    return null;
  }
}

/** The longest idle time of connections that were used again, within ten to twenty minutes. */
class LongestIdle {
  #longest = 0;
  #longestBefore = 0;
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  note(idleFor: number, now: number): void {
    this.#moveOn(now);
    if (idleFor > this.#longest) this.#longest = idleFor;
  }

  longest(now: number): number {
    this.#moveOn(now);
    return Math.max(this.#longest, this.#longestBefore);
  }

  #moveOn(now: number): void {
    if (now - this.#since < WINDOW) return;
    this.#longestBefore = now - this.#since < 2 * WINDOW ? this.#longest : 0;
    this.#longest = 0;
    this.#since = now;
  }
}

function agree(one: number, other: number): boolean {
  return Math.min(one, other) >= AGREEING_SHARE * Math.max(one, other);
}

/** The shortest `timeout` of a `Keep-Alive` field, in milliseconds; `null` if it has none. */
function timeoutOf(field: string): number | null {
  let shortest: number | null = null;
  for (const [, seconds] of field.matchAll(/(?:^|[,;\s])timeout\s*=\s*"?(\d+(?:\.\d+)?)/gi)) {
    const timeout = Number(seconds) * 1_000;
    if (shortest === null || timeout < shortest) shortest = timeout;
  }
  return shortest;
}
