import { send, type Run } from './endpoint.js';
import { isAwake, move, type Move } from './move.js';
import { SOCKET, SPEAKS, type End } from './product-state.js';
import { FIN, tokenOf } from './token.js';

/** Sends one byte of another protocol. */
export function sendRaw(run: Run, end: End): void {
  send(run, end, tokenOf('raw', ++run.state[end].rawSent));
}

/** What the owner of a socket that was handed over may do. */
export function ownerMoves(end: End): Move[] {
  const by = end === 'client' ? 'client application' : 'server application';
  return [
    move(
      by,
      'raw byte',
      'free',
      (run) =>
        isAwake(run, end) &&
        (run.state[end].facts & SPEAKS) !== 0 &&
        run.state[end].socket === SOCKET.owned &&
        run.state[end].rawSent < run.bounds.rawBytes,
      (run) => sendRaw(run, end),
    ),
    move(
      by,
      'end of the other protocol',
      'due',
      (run) => isAwake(run, end) && run.state[end].socket === SOCKET.owned,
      (run) => {
        send(run, end, FIN);
        if (run.state[end].heardFin) run.state[end].socket = SOCKET.gone;
      },
    ),
  ];
}
