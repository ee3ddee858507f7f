// Generated from call.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/chart-tables
import { CALL_EVENTS } from './call.events.js';

/** The call chart as data; `ChartTable` in src/chart/chart.ts says what the columns are. */
export const CALL_TABLE = {
  id: 'call',
  events: CALL_EVENTS,
  tags: ['waiting', 'over', 'sent', 'answered sent'],
  timers: [''],
  effects: [''],
  states: [
    'idle 0 0 0>1:0 5>2:0 8>3:0',
    'queued 0 0 1>4:0 4>0:0 8>3:0',
    'pausing 0 0 0>1:0 8>3:0',
    'over 1 0 8>3:0',
    'assigned 0 0 0>1:0 2>5:0 4>0:0 8>3:0',
    'sent 2 0 3>6:0 4>0:0 8>3:0',
    'answered 3 0 0>1:0 5>2:0 6>7:0 7>8:0 8>3:0',
    'delivered 3 0 7>3:0 8>3:0',
    'complete 3 0 0>1:0 5>2:0 6>3:0 8>3:0',
  ],
};
