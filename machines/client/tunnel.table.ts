// Generated from tunnel.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/chart-tables
import { TUNNEL_EVENTS } from './tunnel.events.js';

/** The tunnel chart as data; `ChartTable` in src/chart/chart.ts says what the columns are. */
export const TUNNEL_TABLE = {
  id: 'tunnel',
  events: TUNNEL_EVENTS,
  tags: [
    'pending proxy',
    'asking pending proxy',
    'over',
    'answering asking pending proxy',
    'answering pending proxy',
    'over proxy',
    'origin pending',
  ],
  timers: ['connect', ''],
  effects: [
    'secureProxy',
    'sendConnect',
    'reportFailure dropConnection',
    'reportTimeout dropConnection',
    'dropConnection',
    'dialProxy',
    'enterTunnel',
    'secureOrigin',
    'handOver',
  ],
  states: [
    'dialling 0 0 0>1:0 1>2:1 8>3:2 9>3:3 10>4:4',
    'securingProxy 0 0 1>2:1 8>3:2 9>3:3 10>4:4',
    'asked 1 0 2>5:1 3>6:5 4>7:2 5>8:6 8>3:2 9>3:3 10>4:4',
    'failed 2 1',
    'cancelled 2 1',
    'challenged.asked 3 0 4>7:2 5>8:6 8>3:2 9>3:3 10>4:4',
    'challenged.dialling 4 0 0>9:0 1>5:1 8>3:2 9>3:3 10>4:4',
    'refused 5 1',
    'open 6 0 6>10:7 7>11:8 8>3:2 9>3:3 10>4:4',
    'challenged.securingProxy 4 0 1>5:1 8>3:2 9>3:3 10>4:4',
    'securingOrigin 6 0 7>11:8 8>3:2 9>3:3 10>4:4',
    'ready 2 1',
  ],
};
