export { Chart, edgeOf, type ChartEdge, type ChartNode, type ChartTable, type Effect } from './chart.js';
export { actorOf, enqueue, lookIfInspected, moveTo, permits, sendTo, type ChartWalk } from './chart-walk.js';
export { guardedActor } from './guarded-actor.js';
export type { Implementation, Service } from './implementation.js';
export { looking, type ChartActor, type Look } from './looking.js';
export { OwnedWalk } from './owned-walk.js';
export { dotted, withParents, type WithParents } from './state-name.js';
