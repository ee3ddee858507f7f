// Generated from place.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/chart-tables
import { PLACE_EVENTS } from './place.events.js';

/** The place chart as data; `ChartTable` in src/chart/chart.ts says what the columns are. */
export const PLACE_TABLE = {
  id: 'place',
  events: PLACE_EVENTS,
  tags: [
    'connecting seated',
    'idle seated',
    'gone',
    'reserved seated',
    'busy seated serving',
    'seated serving unread',
    'retiring seated serving',
  ],
  timers: [''],
  effects: ['', 'freePlace', 'closeSession freePlace', 'abortSession freePlace'],
  states: [
    'connecting 0 0 0>1:0 3>2:1 11>2:2 12>2:2 13>2:3',
    'idle 1 0 3>2:1 4>3:0 9>2:2 10>2:2 11>2:2 12>2:2 13>2:3',
    'gone 2 0',
    'reserved 3 0 3>2:1 5>1:0 6>4:0 13>2:3',
    'busy 4 0 1>1:0 2>5:1 3>2:1 7>6:0 9>7:0 10>7:0 12>7:0 13>2:3',
    'taken 2 0',
    'unread 5 0 1>1:0 3>2:1 8>4:0 9>7:0 10>7:0 12>7:0 13>2:3',
    'retiring 6 0 1>2:2 2>5:1 3>2:1 13>2:3',
  ],
};
