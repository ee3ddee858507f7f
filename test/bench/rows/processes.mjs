import { measureIdle } from '../measure/idle.mjs';
import { measureStart } from '../measure/start.mjs';

/*
 * What a process costs: memory of its idle connections, and time to start. These ratios are ours to theirs.
 */

/** @type {import('./row.mjs').Job} */
const idle = {
  ours: 'ours',
  rows: [
    {
      name: 'idle-heap',
      work: 'idle keep-alive connection, heap',
      against: 'node-http',
      part: 'heap',
      unit: 'B',
      sense: 'at most',
      bound: 1,
      aim: 0.85,
    },
    {
      name: 'idle-rss',
      work: 'idle keep-alive connection, RSS',
      against: 'node-http',
      part: 'rss',
      unit: 'B',
      sense: 'at most',
      bound: 0.6,
      aim: null,
    },
  ],
  measure: measureIdle,
};

/**
 * @param {string} ours
 * @param {string} name
 * @param {string} work
 * @returns {import('./row.mjs').Job}
 */
const start = (ours, name, work) => ({
  ours,
  rows: [
    {
      name,
      work,
      against: 'node-http',
      part: 'request',
      unit: 'ms',
      sense: 'at most',
      bound: 1.25,
      aim: 1.1,
    },
  ],
  measure: measureStart,
});

/** @type {import('./row.mjs').Job[]} */
export const PROCESS_JOBS = [
  idle,
  start('ours', 'start-library', 'start to first response, library'),
  start('serve', 'start-serve', 'start to first response, serve'),
];
