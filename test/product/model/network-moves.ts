import {
  canReceive,
  isAttached,
  notify,
  receive,
  receiveReset,
  timerOf,
  wayTo,
  type Run,
} from './endpoint.js';
import { isAwake, move, type Move, type Mover } from './move.js';
import { FAULTS, SOCKET, type End, type Fault } from './product-state.js';
import { RESET } from './token.js';

/** What the network does for an end. */
export function networkMoves(end: End): Move[] {
  return [
    move(
      'network',
      `deliver to ${end}`,
      'due',
      (run) => {
        const [first] = wayTo(run, end);
        return first !== undefined && first !== RESET && isAwake(run, end) && canReceive(run, end);
      },
      (run) => {
        receive(run, end);
      },
    ),
    move(
      'network',
      `reset ${end}`,
      'due',
      (run) => wayTo(run, end).includes(RESET) && isAwake(run, end),
      (run) => {
        receiveReset(run, end);
      },
    ),
  ];
}

/** The timer of an end passes. */
export function timerMove(end: End): Move {
  return move(
    end,
    'timer',
    ({ state }) => {
      const timer = timerOf(state[end]);
      return timer === 'keepAlive' || timer === 'firstByte' ? 'idle' : 'due';
    },
    (run) => isAwake(run, end) && run.state[end].timer !== 0,
    (run) => {
      const timer = timerOf(run.state[end]);
      run.narrate?.(end, end, `timer ${timer} passes`);
      run.state[end].timer = 0;
      run.roles[end].deadlineExpired(run, timer);
    },
  );
}

function fault(
  by: Mover,
  name: string,
  code: Fault,
  isPossible: (run: Run) => boolean,
  make: (run: Run) => void,
): Move {
  return move(
    by,
    name,
    'free',
    (run) => run.bounds.faults && run.state.fault === 0 && isPossible(run),
    (run) => {
      run.state.fault = FAULTS.indexOf(code);
      make(run);
    },
  );
}

const canAbort =
  (end: End) =>
  ({ state }: Run): boolean =>
    isAttached(state[end]);

/** What may go wrong: one thing in one run. */
export const FAULT_MOVES: readonly Move[] = [
  fault('client application', 'abort()', 'abort', canAbort('client'), (run) => {
    notify(run, 'client', 'session.abort');
  }),
  fault('server application', 'abort()', 'abort', canAbort('server'), (run) => {
    notify(run, 'server', 'session.abort');
  }),
  fault(
    'network',
    'cut',
    'cut',
    ({ state }) => state.client.socket !== SOCKET.gone || state.server.socket !== SOCKET.gone,
    (run) => {
      for (const end of ['client', 'server'] as const) {
        if (run.state[end].socket !== SOCKET.gone && !wayTo(run, end).includes(RESET))
          wayTo(run, end).push(RESET);
      }
    },
  ),
  fault(
    'client',
    'freezes',
    'client freezes',
    ({ state }) => state.client.socket !== SOCKET.gone,
    () => undefined,
  ),
  fault(
    'server',
    'freezes',
    'server freezes',
    ({ state }) => state.server.socket !== SOCKET.gone,
    () => undefined,
  ),
  fault('server application', 'handler hangs', 'handler hangs', canAbort('server'), () => undefined),
];
