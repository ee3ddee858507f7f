import { SESSION_EVENTS, sessionMachine } from '../../../dist/machines/index.js';
import { Chart, endChartActor, startChartActor } from '../../../dist/src/chart/index.js';

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

export const create = () => startChartActor(chart, implementation, {});
export const end = endChartActor;
