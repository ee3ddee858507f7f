import { useRef } from 'preact/hooks';

import type { FleetFrame } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import type { ErrorMark, History, RequestQuery, SessionRole } from '../../model/traffic-shapes.js';
import { useAnswer } from './answers.js';
import type { Moment } from '../logic/moment.js';
import { divisionOf, followingSpan, questionOf, wholeSpan, type Division, type Span } from '../logic/span.js';

/** What the timeline draws. */
export interface Times {
  /** The range that it shows. */
  readonly shown: Span;
  /** What is remembered: the times that one can go to. */
  readonly remembered: Span;
  readonly history: History | undefined;
  /** How many requests began within the chosen range, and how many of them failed; absent without one. */
  readonly within: { readonly requests: number; readonly failed: number } | undefined;
  /** How the range is divided into bars. */
  readonly division: Division;
  /** All remembered errors, oldest first, those beyond the range included. */
  readonly marks: readonly ErrorMark[];
}

/** What of the page decides which time is drawn. */
interface TimesInputs {
  readonly frame: FleetFrame | undefined;
  readonly moment: Moment | null;
  readonly span: Span | null;
  /** Whose requests count; absent for those of the servers, where there are any. */
  readonly role: SessionRole | undefined;
  readonly isRecording: boolean;
  readonly isLost: boolean;
  readonly generation: number;
  /** The width of the drawing, in pixels. */
  readonly width: number;
}

const SECOND = 1000;

/** Asks for what the timeline draws: once a second while it follows the present, and whenever its range changes. */
export function useTimes(source: Source, inputs: TimesInputs): Times {
  const { frame, moment, span, role, isRecording, isLost, generation, width } = inputs;
  const last = useRef<{
    readonly source: Source;
    readonly generation: number;
    readonly history: History;
  } | null>(null);
  const isSame = last.current?.source === source && last.current.generation === generation;
  const before = isSame ? last.current?.history : undefined;
  const now = frame?.at ?? 0;
  const since = Math.min(frame?.since ?? now, before?.since ?? now, now);
  const whole = useWholeRange(isRecording ? wholeSpan(since, now) : followingSpan(since, now), moment);
  const shown = span ?? whole;
  const isFollowing = moment === null && !isRecording;
  const beat = isFollowing ? Math.floor(now / SECOND) : 0;
  const division = divisionOf(shown, width);
  const asked = questionOf(division, before?.since);
  const ofRole = role === undefined ? {} : { role };
  const mayAsk = frame !== undefined && !isLost;
  const { value } = useAnswer(
    () => (mayAsk ? source.history({ ...asked, ...ofRole }) : undefined),
    [source, role, generation, mayAsk, asked.since, asked.until, asked.points, beat],
  );
  const everything = useAnswer(
    () => (mayAsk && span !== null ? source.history({ points: 1, ...ofRole }) : undefined),
    [source, role, generation, mayAsk, span === null, beat],
  );
  // Bars are whole seconds; the lists beside the timeline count to the millisecond.
  const counted = useAnswer(
    () =>
      mayAsk && span !== null ? countWithin(source, { since: span.from, at: span.to, ...ofRole }) : undefined,
    [source, role, generation, mayAsk, span?.from, span?.to, beat],
  );
  if (value !== undefined) last.current = { source, generation, history: value };
  const history = value ?? before;
  return {
    shown,
    remembered: { from: since, to: now },
    history,
    within: span === null ? undefined : counted.value,
    division,
    marks: (span === null ? history?.marks : (everything.value?.marks ?? history?.marks)) ?? NO_MARKS,
  };
}

const NO_MARKS: readonly ErrorMark[] = [];

async function countWithin(source: Source, query: RequestQuery): Promise<Times['within']> {
  const range = { ...query, limit: 1 };
  const [all, failed] = await Promise.all([
    source.requests(range),
    source.requests({ ...range, isFailed: true }),
  ]);
  return { requests: all.total, failed: failed.total };
}

/** A timeline that is looked at closely does not move on, as long as it shows the time that is looked at. */
function useWholeRange(following: Span, moment: Moment | null): Span {
  const held = useRef(following);
  const { from, to } = held.current;
  if (moment === null || moment.at < from || moment.at > to) held.current = following;
  return held.current;
}
