// Generated from origin.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/chart-tables
import { ORIGIN_EVENTS } from './origin.events.js';

/** The origin chart as data; `ChartTable` in src/chart/chart.ts says what the columns are. */
export const ORIGIN_TABLE = {
  id: 'origin',
  events: ORIGIN_EVENTS,
  tags: [
    'quiet taking',
    'taking',
    'failing quiet taking',
    'draining',
    'closed',
    'full taking',
    'failing taking',
    'draining failing',
    'closed failing',
    'failing full taking',
  ],
  timers: [''],
  effects: [''],
  states: [
    'pool.quiet,reach.unknown 0 0 0>1:0 4>2:0 5>3:0 6>4:0 7>5:0',
    'pool.open.hasRoom,reach.unknown 1 0 1>0:0 2>6:0 4>7:0 5>8:0 6>4:0 7>5:0',
    'pool.quiet,reach.up 0 0 0>7:0 5>3:0 6>9:0 7>10:0',
    'pool.quiet,reach.failing 2 0 0>8:0 4>2:0 6>11:0 7>12:0',
    'pool.draining,reach.unknown 3 0 1>5:0 4>9:0 5>11:0 7>5:0',
    'pool.closed,reach.unknown 4 0 4>10:0 5>12:0',
    'pool.open.full,reach.unknown 5 0 1>0:0 3>1:0 4>13:0 5>14:0 6>4:0 7>5:0',
    'pool.open.hasRoom,reach.up 1 0 1>2:0 2>13:0 5>8:0 6>9:0 7>10:0',
    'pool.open.hasRoom,reach.failing 6 0 1>3:0 2>14:0 4>7:0 6>11:0 7>12:0',
    'pool.draining,reach.up 3 0 1>10:0 5>11:0 7>10:0',
    'pool.closed,reach.up 4 0 5>12:0',
    'pool.draining,reach.failing 7 0 1>12:0 4>9:0 7>12:0',
    'pool.closed,reach.failing 8 0 4>10:0',
    'pool.open.full,reach.up 5 0 1>2:0 3>7:0 5>14:0 6>9:0 7>10:0',
    'pool.open.full,reach.failing 9 0 1>3:0 3>8:0 4>13:0 6>11:0 7>12:0',
  ],
};
