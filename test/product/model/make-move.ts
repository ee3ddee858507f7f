import { checkGone } from './drain-moves.js';
import type { Run } from './endpoint.js';
import type { Move } from './move.js';
import { FAULTS, SOCKET, type ProductState } from './product-state.js';

/** Makes a move in a state, with everything that follows at once. */
export function makeMove(run: Run, move: Move): void {
  move.make(run);
  checkGone(run);
  forgetTheDead(run.state);
}

/**
 * Of an end whose socket is gone nothing counts any more but the states of its charts; and a frozen end stays as it is.
 * What is the same in all that follows is made the same, so that it is explored once.
 */
function forgetTheDead(state: ProductState): void {
  const { client, server } = state;
  const fault = FAULTS[state.fault];
  if (fault === 'client freezes') state.toClient.length = 0;
  if (fault === 'server freezes') state.toServer.length = 0;
  for (const end of [client, server]) {
    const isFrozen = fault === (end === client ? 'client freezes' : 'server freezes');
    if (end.socket !== SOCKET.gone && !isFrozen) continue;
    end.held = [];
    end.timer = 0;
    end.reader = 0;
    end.resting = 0;
    end.current = 0;
    end.facts = 0;
    end.rawTaken = 0;
    end.heardFin = false;
    end.watched = false;
  }
  if (client.socket !== SOCKET.gone || server.socket !== SOCKET.gone) return;
  state.toServer.length = 0;
  state.toClient.length = 0;
  state.sent = 0;
  client.rawSent = 0;
  server.rawSent = 0;
}

/** The name of a move, with who makes it. */
export function nameOf({ by, name }: Move): string {
  return `${by}: ${name}`;
}
