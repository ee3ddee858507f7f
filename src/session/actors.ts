/*
 * Loads XState, for the actors that callers and inspectors look at and for the stock engine. Every entry point of the package
 * imports this module for its effect. A program that needs neither, such as `http-session serve`, starts without.
 */
import { WalkedActor } from '../chart/actors.js';
import { looking } from '../chart/index.js';
import { startStockActor } from './core/engines.js';
import { stockEngine } from './core/stock-engine.js';

looking.look = (walk) => new WalkedActor(walk);
stockEngine.start = startStockActor;
