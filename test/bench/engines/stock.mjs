import { createActor } from 'xstate';

/*
 * The machine as it is, with its inert actions and services: cheaper than a machine that is provided with the
 * implementations of one session, which is what each connection would need.
 */

/** @param {import('../harness/library.mjs').Library} library */
export async function open(library) {
  const { sessionMachine } = await library.load('./machines');
  return {
    create: () => createActor(sessionMachine).start(),
    end: (/** @type {import('xstate').Actor<any>} */ actor) => actor.stop(),
  };
}
