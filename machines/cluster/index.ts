import { createPoolMachine } from './pool.machine.js';
import { createWorkerMachine } from './worker.machine.js';

/** The pool chart. */
export const poolMachine = createPoolMachine();

/** The worker chart. */
export const workerMachine = createWorkerMachine();
