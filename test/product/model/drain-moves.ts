import { isAttached, notify, send, type Run } from './endpoint.js';
import { isAwake, move, type Move } from './move.js';
import { DRAIN, SOCKET } from './product-state.js';
import { endGrace, startDraining } from './server-role.js';
import { FIN } from './token.js';

/** Tells the server's chart, and carries out what it says. */
function tellServer(run: Run, event: string): void {
  const { life } = run.charts;
  const edge = life.edge(run.state.life, life.indexOf(event));
  if (edge === null) return;
  run.state.life = edge.target;
  for (const { name } of edge.effects) {
    if (name === 'drainSessions') startDraining(run);
    else if (name === 'closeIdleSessions') endGrace(run);
    else if (name === 'abortSessions') abortServer(run);
  }
}

function abortServer(run: Run): void {
  const { server } = run.state;
  if (isAttached(server)) notify(run, 'server', 'session.abort');
  else if (server.socket !== SOCKET.gone) {
    send(run, 'server', FIN);
    server.socket = SOCKET.gone;
  }
}

/** Whether a drain has begun and its connection has not ended. */
export function isDraining({ state }: Run): boolean {
  return state.drain !== DRAIN.none && state.life.name !== 'stopped';
}

/** The drain of a server, as `ServerLife` and `DrainRun` go about it. */
export const DRAIN_MOVES: readonly Move[] = [
  move(
    'server application',
    'drain()',
    'free',
    (run) =>
      isAwake(run, 'server') && run.state.drain === DRAIN.none && run.state.server.socket !== SOCKET.gone,
    (run) => {
      run.state.drain = DRAIN.asked;
      tellServer(run, 'server.drain');
      tellServer(run, 'drain.confirmed');
    },
  ),
  move(
    'server',
    'the grace is over',
    'due',
    (run) => isAwake(run, 'server') && isDraining(run) && run.state.drain === DRAIN.asked,
    (run) => {
      run.state.drain = DRAIN.graceOver;
      tellServer(run, 'grace.over');
    },
  ),
  move(
    'server',
    'deadline of the drain',
    'last',
    (run) => isAwake(run, 'server') && isDraining(run),
    (run) => {
      tellServer(run, 'deadline.expired');
    },
  ),
];

/** A drain whose connection is gone is over. */
export function checkGone(run: Run): void {
  if (run.state.drain !== DRAIN.none && run.state.server.socket === SOCKET.gone)
    tellServer(run, 'sessions.gone');
}
