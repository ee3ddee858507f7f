import type { ExchangeEventType } from '../../../machines/index.js';
import { exchangeChart } from '../../../src/session/core/charts.js';
import { HTTPServerSession } from '../../../src/session/index.js';
import type { Transport } from '../../../src/transport/index.js';
import type { Driver } from '../../../src/testing/index.js';

/**
 * Tells a real session the facts of its message cycle, as its reader and its writer do, and asks it for the state. What bytes
 * bring which facts about is no matter of this driver.
 */
function driverOver(name: string, open: () => Promise<Transport | null>): Driver<ExchangeEventType> {
  return {
    name: `the message cycle of a session ${name}`,
    parties: ['peer', 'session'],
    start: async () => {
      const transport = await open();
      const session = new HTTPServerSession(transport);
      const { core } = session;
      return {
        perform: ({ event }) => {
          if (!core.advance(exchangeChart.indexOf(event))) throw new Error('it is illegal');
          const last = session.history.at(-1);
          if (last?.event !== event || last.chart !== 'exchange')
            throw new Error('the history does not tell of it');
        },
        see: () => {
          if (transport !== null && session.socket() === null) throw new Error('the connection is gone');
          return session.exchangeState;
        },
        stop: () => {
          session.dispose();
        },
      };
    },
  };
}

/** Of a session without a socket. */
export const exchangeDriver = driverOver('without a socket', () => Promise.resolve(null));

/** Of a session whose socket is open all the time. */
export function connectedExchangeDriver(
  name: string,
  open: () => Promise<Transport>,
): Driver<ExchangeEventType> {
  return driverOver(`over ${name}`, open);
}
