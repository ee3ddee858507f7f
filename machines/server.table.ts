// Generated from server.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/chart-tables
import { SERVER_EVENTS } from './server.events.js';

/** The server chart as data; `ChartTable` in src/chart/chart.ts says what the columns are. */
export const SERVER_TABLE = {
  id: 'server',
  events: SERVER_EVENTS,
  tags: [
    'serving',
    'listening serving',
    'ending',
    'full listening serving',
    'ending reading serving',
    'ending serving',
  ],
  timers: ['', 'drain', 'drain grace'],
  effects: [
    '',
    'abortSessions',
    'stopAccepting',
    'stopAccepting abortSessions',
    'pauseAccepting',
    'drainSessions',
    'resumeAccepting',
    'closeIdleSessions',
  ],
  states: [
    'idle 0 0 0>1:0 1>2:0 2>3:1',
    'listening.accepting 1 0 1>2:2 2>3:3 3>4:4 5>3:3',
    'draining.waiting 0 1 1>2:0 2>3:1 6>5:5 8>3:1 9>3:0',
    'stopped 2 0 0>1:0 1>2:0 2>3:1',
    'listening.full 3 0 1>2:2 2>3:3 4>1:6 5>3:3',
    'draining.reading 4 2 1>5:0 2>3:1 7>6:7 8>3:1 9>3:0',
    'draining.finishing 5 1 1>6:0 2>3:1 8>3:1 9>3:0',
  ],
};
