import { exchangeMachine } from '../../machines/exchange.machine.js';
import { serverMachine } from '../../machines/server.machine.js';
import { sessionMachine } from '../../machines/session.machine.js';
import { bindMachines, WalkedActor } from '../chart/actors.js';
import { looking } from '../chart/index.js';
import { startStockActor } from './core/engines.js';
import { stockEngine } from './core/stock-engine.js';

/*
 * XState, for the actors that callers and inspectors look at, and for the stock engine. It takes a process longer to load than
 * all that serves a request, so `http-session serve` does without.
 */

/** Makes actors and the stock engine available to every session and server of the process. */
export function loadActors(): void {
  looking.look = (walk) => new WalkedActor(walk);
  stockEngine.start = startStockActor;
  bindMachines(sessionMachine, exchangeMachine, serverMachine);
}

/**
 * A class or function as users get it: what it makes has actors. That is a reference on purpose. An import for effect would be
 * dropped by bundlers, or stand in the bundle of a program that uses nothing but an error.
 */
export function withActors<TExport>(exported: TExport): TExport {
  loadActors();
  return exported;
}
