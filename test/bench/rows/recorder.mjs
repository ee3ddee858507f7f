import { measureRecorder } from '../measure/recorder.mjs';
import { measureServers } from '../measure/servers.mjs';
import { rowsOf } from './row.mjs';

/*
 * What a flight recorder costs: the same server with `recordSessions()` and without.
 */

const load = { workload: 'hello', connections: 50 };

/** @type {import('./row.mjs').Job[]} */
export const RECORDER_JOBS = [
  {
    ours: 'recorded',
    rows: rowsOf('hello, with recordSessions()', [
      { name: 'recorder-hello', against: 'ours', bound: 0.98, aim: 0.99 },
    ]),
    measure: (settings, contestants) => measureServers(settings, contestants, load),
    load,
  },
  {
    ours: 'recorded',
    rows: [
      {
        name: 'recorder-rss',
        work: 'process with 50 000 recorded changes, RSS',
        against: 'ours',
        part: 'rss',
        unit: 'B',
        sense: 'at most',
        bound: 1.15,
        aim: 1.08,
      },
    ],
    measure: measureRecorder,
  },
];
