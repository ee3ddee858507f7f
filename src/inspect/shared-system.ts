import type { ActorSystem } from 'xstate';

import { sharedSystem as systemOfCharts } from '../chart/actors.js';
import { loadActors } from '../session/actors.js';

/**
 * The actor system that all sessions share; an inspector attaches here, with `inspect`. What it throws is a fault of a
 * listener (`FAULT_CHANNEL`) and reaches no session.
 *
 * @example
 * ```ts
 * const { unsubscribe } = sharedSystem().inspect((event) => console.log(event.type));
 * await session.request({ path: '/' });
 * unsubscribe();
 * ```
 */
export function sharedSystem(): ActorSystem<never> {
  loadActors();
  return systemOfCharts();
}
