import type { sessionMachine } from '../../../machines/session.machine.js';
import type { SessionCore } from './session-core.js';

/**
 * XState's stock interpreter, for sessions that ask for it. It needs XState and the machine, so sessions do not
 * import it: `session/actors.ts` fills this in.
 */
export const stockEngine = {
  /** Gives the machine with everything provided to the user's function, which returns a started actor. */
  start: (_core: SessionCore, _engine: (machine: typeof sessionMachine) => unknown): void => {
    throw new Error('engine: XState is not loaded; import http-session-machine');
  },
};
