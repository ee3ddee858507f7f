/*
 * How the package goes through a chart: one node for each session, and no actor until one is asked for.
 */

const service = { start: () => undefined, stop: () => undefined };

export const IMPLEMENTATION = {
  actions: {},
  services: { connector: service, bufferService: service },
  transitioned: () => undefined,
  failed: (/** @type {unknown} */ _owner, /** @type {unknown} */ error) => {
    throw error;
  },
};

/** @param {import('../harness/library.mjs').Library} library */
export async function open(library) {
  const { SESSION_EVENTS, sessionMachine } = await library.load('./machines');
  const { Chart, OwnedWalk } = await library.load('chart');
  const { tableOf } = await library.load('chart/actors');
  const chart = new Chart(tableOf(sessionMachine, SESSION_EVENTS));
  return { create: () => new OwnedWalk(chart, IMPLEMENTATION, {}), end: () => undefined };
}
