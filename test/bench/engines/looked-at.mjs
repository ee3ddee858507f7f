import { IMPLEMENTATION } from './walk.mjs';

/**
 * The same with an actor from the start, as while an inspector is attached.
 *
 * @param {import('../harness/library.mjs').Library} library
 */
export async function open(library) {
  const { SESSION_EVENTS, sessionMachine } = await library.load('./machines');
  const { Chart, OwnedWalk } = await library.load('chart');
  const { bindMachine, tableOf } = await library.load('chart/actors');
  // Makes actors possible.
  await library.load('.');
  const chart = new Chart(tableOf(sessionMachine, SESSION_EVENTS));
  bindMachine(chart, sessionMachine);
  return {
    create: () => {
      const walk = new OwnedWalk(chart, IMPLEMENTATION, {});
      if (walk.actor.getSnapshot().status !== 'active') throw new Error('the actor has not started');
      return walk;
    },
    end: (/** @type {{ hasEnded: boolean, look: { end: () => void } }} */ walk) => {
      walk.hasEnded = true;
      walk.look.end();
    },
  };
}
