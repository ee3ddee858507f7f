import { measureEngine } from '../measure/engine.mjs';

/**
 * @param {string} part
 * @param {string} work
 * @param {'us' | 'B'} unit
 * @returns {import('./row.mjs').Row}
 */
const row = (part, work, unit) => ({
  name: `engine-${part}`,
  work,
  against: 'stock',
  part,
  unit,
  sense: 'at least',
  bound: null,
  aim: null,
});

/** What interning the charts is worth. @type {import('./row.mjs').Job} */
export const ENGINE_JOB = {
  ours: 'interned',
  rows: [
    row('create', 'session actor: create', 'us'),
    row('event', 'session actor: event', 'us'),
    row('invoke', 'session actor: event with a service', 'us'),
    row('bytes', 'session actor: heap when connected', 'B'),
  ],
  measure: measureEngine,
};
