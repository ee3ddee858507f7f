import type { ExchangeEventType } from '../../../machines/index.js';
import { exchangeChart } from '../../../src/session/charts.js';
import { HTTPServerSession } from '../../../src/session/index.js';
import type { Driver } from '../../../src/testing/index.js';

/**
 * Tells a real session the facts of its message cycle, as its reader and its writer do, and asks it for the state. What bytes
 * bring which facts about is no matter of this driver.
 */
export const exchangeDriver: Driver<ExchangeEventType> = {
  name: 'the message cycle of a session',
  parties: ['peer', 'session'],
  start: () => {
    const session = new HTTPServerSession();
    const { core } = session;
    return {
      perform: ({ event }) => {
        if (!core.advance(exchangeChart.indexOf(event))) throw new Error('it is illegal');
        const last = session.history.at(-1);
        if (last?.event !== event || last.chart !== 'exchange')
          throw new Error('the history does not tell of it');
      },
      see: () => session.exchangeState,
      stop: () => {
        session.dispose();
      },
    };
  },
};
