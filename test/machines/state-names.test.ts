import { describe, expect, it } from '@jest/globals';

import {
  CALL_EVENTS,
  callMachine,
  EXCHANGE_EVENTS,
  exchangeMachine,
  ORIGIN_EVENTS,
  originMachine,
  PLACE_EVENTS,
  placeMachine,
  POOL_EVENTS,
  poolMachine,
  SERVER_EVENTS,
  serverMachine,
  SESSION_EVENTS,
  sessionMachine,
  TUNNEL_EVENTS,
  tunnelMachine,
  WORKER_EVENTS,
  workerMachine,
} from '../../machines/index.js';
import { committed } from '../support/generate/committed.js';
import { statesModule } from '../support/generate/state-names.js';

const CHARTS = [
  ['machines/session.states.ts', sessionMachine, SESSION_EVENTS],
  ['machines/exchange.states.ts', exchangeMachine, EXCHANGE_EVENTS],
  ['machines/server.states.ts', serverMachine, SERVER_EVENTS],
  ['machines/cluster/pool.states.ts', poolMachine, POOL_EVENTS],
  ['machines/cluster/worker.states.ts', workerMachine, WORKER_EVENTS],
  ['machines/client/origin.states.ts', originMachine, ORIGIN_EVENTS],
  ['machines/client/place.states.ts', placeMachine, PLACE_EVENTS],
  ['machines/client/call.states.ts', callMachine, CALL_EVENTS],
  ['machines/client/tunnel.states.ts', tunnelMachine, TUNNEL_EVENTS],
] as const;

describe('the list of states beside each chart is current (UPDATE_GENERATED=1 renews it)', () => {
  it.each(CHARTS)('the list of states is current: %s', (path, machine, events) => {
    const text = statesModule(machine, events);
    expect(committed(path, text)).toBe(text);
  });
});
