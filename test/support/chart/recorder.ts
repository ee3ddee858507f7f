import type { AnyStateMachine, EventObject } from 'xstate';

import {
  EXCHANGE_EVENTS,
  exchangeMachine,
  SERVER_ACTIONS,
  SERVER_EVENTS,
  serverMachine,
  SESSION_ACTIONS,
  SESSION_EVENTS,
  SESSION_SERVICES,
  sessionMachine,
} from '../../../machines/index.js';
import type { Implementation } from '../../../src/chart/index.js';

/** An owner that only remembers what was done to it. */
export interface Recorder {
  readonly log: string[];
}

/** A chart with everything that its names need to run. */
export interface Subject {
  readonly machine: AnyStateMachine;
  readonly events: readonly string[];
  readonly implementation: Implementation<Recorder, EventObject>;
}

/**
 * Writes down each action with its event, each start as `+name`, each stop as `-name`.
 */
export function recording(
  actions: readonly string[],
  services: readonly string[],
): Implementation<Recorder, EventObject> {
  return {
    actions: Object.fromEntries(
      actions.map((name) => [
        name,
        (owner: Recorder, event: EventObject) => void owner.log.push(`${name}(${event.type})`),
      ]),
    ),
    services: Object.fromEntries(
      services.map((name) => [
        name,
        {
          start: (owner: Recorder) => void owner.log.push(`+${name}`),
          stop: (owner: Recorder) => void owner.log.push(`-${name}`),
        },
      ]),
    ),
    transitioned: () => undefined,
    failed: (owner, error) => void owner.log.push(`failed: ${String(error)}`),
  };
}

export const session: Subject = {
  machine: sessionMachine,
  events: SESSION_EVENTS,
  implementation: recording(SESSION_ACTIONS, SESSION_SERVICES),
};

export const exchange: Subject = {
  machine: exchangeMachine,
  events: EXCHANGE_EVENTS,
  implementation: recording([], []),
};

export const server: Subject = {
  machine: serverMachine,
  events: SERVER_EVENTS,
  implementation: recording(SERVER_ACTIONS, []),
};
