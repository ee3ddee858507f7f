import type { ChartFlows, Pulse } from '../../model/traffic-shapes.js';
import { arrowsOf, RATE_WINDOW, type Arrow, type Flow } from './trace.js';

const SECOND = 1000;

/** What all actors did in one second. */
export interface FlowSecond {
  /** Which second it was heard in. */
  readonly second: number;
  readonly flows: readonly ChartFlows[];
}

/** Adds a pulse to those of the last ten seconds, oldest first. */
export function withPulse(
  seconds: readonly FlowSecond[],
  { at, flows }: Pick<Pulse, 'at' | 'flows'>,
): readonly FlowSecond[] {
  const second = Math.floor(at / SECOND);
  const last = seconds.at(-1);
  // The same second is heard again when the page connects again; another process may have another clock.
  if (last?.second === second) return seconds;
  const kept = last !== undefined && last.second > second ? [] : seconds;
  const since = second - RATE_WINDOW / SECOND;
  return [...kept.filter((one) => one.second > since), { second, flows }];
}

/** How the actors of a chart took its arrows, by their place in the layout; the rate is that since the first second. */
export function flowsOver(
  seconds: readonly FlowSecond[],
  chart: string,
  arrows: readonly Arrow[],
): ReadonlyMap<number, Flow> {
  const taken = new Map<number, { mark: number; count: number }>();
  for (const { second, flows } of seconds) {
    for (const { event, from, to, count } of flows.find((one) => one.chart === chart)?.taken ?? []) {
      for (const index of arrowsOf(arrows, event, from, to)) {
        const before = taken.get(index)?.count ?? 0;
        taken.set(index, { mark: second, count: before + count });
      }
    }
  }
  const heard = (seconds.at(-1)?.second ?? 0) - (seconds[0]?.second ?? 0) + 1;
  return new Map([...taken].map(([index, { mark, count }]) => [index, { mark, rate: count / heard }]));
}
