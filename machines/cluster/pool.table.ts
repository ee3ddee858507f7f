// Generated from pool.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/chart-tables
import { POOL_EVENTS } from './pool.events.js';

/** The pool chart as data; `ChartTable` in src/chart/chart.ts says what the columns are. */
export const POOL_TABLE = {
  id: 'pool',
  events: POOL_EVENTS,
  tags: ['', 'alive keeping starting', 'over', 'alive', 'alive keeping'],
  timers: [''],
  effects: ['startWorkers', '', 'drainWorkers', 'stopWorkers', 'renewWorkers'],
  states: [
    'idle 0 0 0>1:0 2>2:1 3>2:1',
    'starting 1 0 2>3:2 3>3:3 4>4:1 7>3:2',
    'stopped 2 0 0>1:0 2>2:1 3>2:1',
    'draining 3 0 2>3:1 3>3:3 8>2:1',
    'running 4 0 1>5:4 2>3:2 3>3:3 7>3:2',
    'restarting 4 0 1>5:4 2>3:2 3>3:3 5>4:1 6>4:1 7>3:2',
  ],
};
