export type { AnyMachineSnapshot as AnySnapshot } from 'xstate';
export { Chart, nameOf, nodeOf, type ChartEdge, type ChartNode, type Effect } from './chart.js';
export { END_EVENT, InternedLogic, type Implementation, type Service } from './interned-logic.js';
export { endChartActor, sharedSystem, startChartActor, type ChartActor } from './actor-system.js';
export { provideChart } from './stock.js';
export { KnownNames, withParents, type WithParents } from './known-names.js';
export { dotted } from './state-name.js';
