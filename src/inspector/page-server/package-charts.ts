import { callMachine } from '../../../machines/client/call.machine.js';
import { CALL_TABLE } from '../../../machines/client/call.table.js';
import { exchangeMachine } from '../../../machines/exchange.machine.js';
import { sessionMachine } from '../../../machines/session.machine.js';
import { Chart } from '../../chart/index.js';
import { exchangeChart, sessionChart } from '../../session/index.js';
import type { KnownChart, KnownChartsOptions } from '../model/known-charts.js';

/** The charts of this package, by whose tags a model counts connections, requests and calls. */
export const packageCharts: KnownChartsOptions = {
  session: known(sessionMachine.config, sessionChart),
  exchange: known(exchangeMachine.config, exchangeChart),
  call: known(callMachine.config, new Chart(CALL_TABLE)),
};

function known(config: object, chart: Pick<KnownChart, 'isTagged'>): KnownChart {
  return { config, isTagged: (state, tag) => chart.isTagged(state, tag) };
}
