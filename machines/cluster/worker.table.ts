// Generated from worker.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/chart-tables
import { WORKER_EVENTS } from './worker.events.js';

/** The worker chart as data; `ChartTable` in src/chart/chart.ts says what the columns are. */
export const WORKER_TABLE = {
  id: 'worker',
  events: WORKER_EVENTS,
  tags: [
    'reachable standing',
    'moving reachable',
    '',
    'failed gone lost',
    'overdue',
    'moving releasable',
    'drained',
    'gone',
    'reachable serving standing',
    'moving',
    'gone lost',
    'reachable serving silent standing',
    'hung',
  ],
  timers: [''],
  effects: ['sendDrain', 'killProcess', '', 'sendStop', 'sendRelease', 'sendAsk'],
  states: [
    'starting.booting 0 0 0>1:0 1>2:1 2>3:2 3>4:2 8>5:2 9>6:1',
    'draining.asked 1 0 1>1:3 2>1:0 4>7:2 7>8:2 8>9:2 9>2:1',
    'killed 2 0 8>9:2',
    'starting.joined 0 0 0>1:0 1>2:1 3>10:2 8>5:2 9>6:1',
    'starting.listening 0 0 0>1:0 1>2:1 2>10:2 8>5:2 9>6:1',
    'gone.failed 3 0',
    'overdue 4 0 8>5:2',
    'draining.unreachable 5 0 1>7:3 5>11:4 7>8:2 8>9:2 9>2:1',
    'draining.drained 6 0 1>8:3 7>8:2 8>9:2 9>2:1',
    'gone.left 7 0',
    'serving 8 0 0>1:0 1>1:3 8>12:2 9>13:5',
    'draining.closing 9 0 1>11:3 7>8:2 8>9:2 9>2:1',
    'gone.crashed 10 0',
    'silent 11 0 0>1:0 1>1:3 6>10:2 8>12:2 9>14:1',
    'hung 12 0 8>12:2',
  ],
};
