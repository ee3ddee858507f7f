/** @param {import('../harness/library.mjs').Library} library */
export async function open(library) {
  const { SESSION_EVENTS, sessionMachine } = await library.load('./machines');
  const { Chart, endChartActor, startChartActor } = await library.load('chart');
  const chart = new Chart(sessionMachine, SESSION_EVENTS);
  const service = { start: () => undefined, stop: () => undefined };
  const implementation = {
    actions: {},
    services: { connector: service, bufferService: service },
    transitioned: () => undefined,
    failed: (/** @type {unknown} */ _owner, /** @type {unknown} */ error) => {
      throw error;
    },
  };
  return { create: () => startChartActor(chart, implementation, {}), end: endChartActor };
}
