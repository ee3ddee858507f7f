import { measureEngine } from '../measure/engine.mjs';

/**
 * What it costs to go through the session chart. These rows inform.
 *
 * @param {string} ours
 * @param {string} prefix
 * @param {string} what
 * @returns {import('./row.mjs').Job}
 */
function job(ours, prefix, what) {
  /** @type {(part: string, work: string, unit: 'us' | 'B') => import('./row.mjs').Row} */
  const row = (part, work, unit) => ({
    name: `${prefix}-${part}`,
    work: `${what}: ${work}`,
    against: 'stock',
    part,
    unit,
    sense: 'at least',
    bound: null,
    aim: null,
  });
  return {
    ours,
    rows: [
      row('create', 'create', 'us'),
      row('event', 'event', 'us'),
      row('invoke', 'event with a service', 'us'),
      row('bytes', 'heap when connected', 'B'),
    ],
    measure: measureEngine,
  };
}

/** @type {import('./row.mjs').Job[]} */
export const ENGINE_JOBS = [
  job('walk', 'engine', 'session chart'),
  job('looked-at', 'engine-actor', 'session actor'),
];
