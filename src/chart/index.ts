export type { AnyMachineSnapshot as AnySnapshot } from 'xstate';
export { Chart, edgeOf, nameOf, nodeOf, type ChartEdge, type ChartNode, type Effect } from './chart.js';
export { END_EVENT, InternedLogic, type Implementation, type Service } from './interned-logic.js';
export { endChartActor, sharedSystem, startChartActor, type ChartActor } from './actor-system.js';
export { ChartWalk } from './chart-walk.js';
export { guardedActor } from './guarded-actor.js';
export { provideChart } from './stock.js';
export { dotted, withParents, type WithParents } from './state-name.js';
