import { exchangeMachine } from '../../../machines/exchange.machine.js';
import { sessionMachine } from '../../../machines/session.machine.js';
import { endCharts, type ExplorationOptions } from '../../product/model/index.js';
import type { altered } from './altered.js';

type Machine = Parameters<typeof altered>[0];

/** The product as it is explored, with a machine of both ends replaced at will. */
export function bothEnds(
  machines: { session?: Machine; exchange?: Machine } = {},
): Pick<ExplorationOptions, 'client' | 'server'> {
  const charts = endCharts({ session: sessionMachine, exchange: exchangeMachine, ...machines });
  return { client: charts, server: charts };
}
