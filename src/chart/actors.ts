/* What needs XState at run time. The rest of the engine runs without; see `looking.ts`. */
export type { AnyMachineSnapshot as AnySnapshot } from 'xstate';
export { bindMachine, bindMachines, nameOf, nodeOf, snapshotOf, tableOf } from './snapshots.js';
export { sharedSystem } from './actor-system.js';
export { provideChart } from './stock.js';
export { WalkedActor } from './walked-actor.js';
