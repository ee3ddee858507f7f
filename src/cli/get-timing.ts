import type { Phases } from './get-watch.js';
import { durationInWords, rounded } from './words.js';

const NAMES: Readonly<Record<keyof Phases, string>> = {
  lookup: 'look-up',
  connect: 'connect',
  tls: 'TLS',
  firstByte: 'first byte',
  transfer: 'transfer',
  total: 'total',
};

const ORDER = Object.keys(NAMES) as (keyof Phases)[];

/** The phases of a request as one line. */
export function phasesInWords(phases: Phases): string {
  return ORDER.flatMap((name) => {
    const duration = phases[name];
    return duration === undefined ? [] : [`${NAMES[name]} ${durationInWords(duration)}`];
  }).join(', ');
}

/** The phases of a request for programs, in milliseconds. */
export function phasesAsJson(phases: Phases): Record<string, number> {
  return Object.fromEntries(
    ORDER.flatMap((name) => {
      const duration = phases[name];
      return duration === undefined ? [] : [[name, rounded(duration)]];
    }),
  );
}
