import { createActor } from 'xstate';

import { sessionMachine } from '../../../dist/machines/index.js';

/*
 * The machine as it is, with its inert actions and services: cheaper than a machine that is provided with the
 * implementations of one session, which is what each connection would need.
 */

export const create = () => createActor(sessionMachine).start();
export const end = (/** @type {import('xstate').Actor<any>} */ actor) => actor.stop();
