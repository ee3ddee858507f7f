import {
  canRequest,
  canReadBody,
  canSendBody,
  CLIENT,
  readBody,
  sendEnd,
  sendPiece,
  sendRequest,
} from './client-role.js';
import {
  allows,
  canReceive,
  isAttached,
  notify,
  receive,
  receiveReset,
  send,
  timerOf,
  wayTo,
  type Run,
} from './endpoint.js';
import { canFinishSending, canPipeline, finishSending, isTold, pipelineRequest } from './pipelining-role.js';
import { DRAIN, FAULTS, READER, SOCKET, SPEAKS, type End, type Fault } from './product-state.js';
import { REQUEST_KINDS } from './rules.js';
import {
  answer,
  canAnswer,
  canReadRequest,
  endAnswer,
  endGrace,
  readRequest,
  SERVER,
  startDraining,
  switchProtocol,
} from './server-role.js';
import { FIN, RESET, RESPONSE, tokenOf } from './token.js';

/*
 * Everything that can happen next. A move is `due` when, once it is possible, it happens sooner or later (or becomes
 * impossible by something else): that is the fairness that the checker assumes, and there is no other.
 */

/** Who makes a move. */
export type Mover = 'client application' | 'client' | 'network' | 'server' | 'server application';

/**
 * - `due`: the network delivers, a timer passes, an application ends what it has begun;
 * - `idle`: the timer of an idle connection: it passes sooner or later, but a drain must not have to wait for it;
 * - `last`: the deadline of a drain, which a drain must not have to wait for either;
 * - `free`: it may happen, or never.
 */
export type Urgency = 'due' | 'idle' | 'last' | 'free';

/** Something that can happen. */
export interface Move {
  readonly by: Mover;
  readonly to: Mover;
  readonly name: string;
  urgency(run: Run): Urgency;
  isPossible(run: Run): boolean;
  make(run: Run): void;
}

function move(
  by: Mover,
  name: string,
  urgency: Urgency | ((run: Run) => Urgency),
  isPossible: (run: Run) => boolean,
  make: (run: Run) => void,
  to: Mover = targets[by],
): Move {
  return { by, to, name, urgency: typeof urgency === 'string' ? () => urgency : urgency, isPossible, make };
}

const targets: Readonly<Record<Mover, Mover>> = {
  'client application': 'client',
  client: 'client',
  network: 'network',
  server: 'server',
  'server application': 'server',
};

const hasFault = ({ state }: Run, fault: Fault): boolean => FAULTS[state.fault] === fault;

/** Whether an end is not frozen. */
export function isAwake(run: Run, end: End): boolean {
  return !hasFault(run, end === 'client' ? 'client freezes' : 'server freezes');
}

const isPipelining = ({ bounds }: Run): boolean => bounds.pipelining > 1;

// ---- the client's application -------------------------------------------------------------------------------------------

const requests = REQUEST_KINDS.map((kind) =>
  move(
    'client application',
    `request (${kind})`,
    'free',
    (run) =>
      isAwake(run, 'client') &&
      run.state.sent < run.bounds.requests &&
      run.bounds.kinds.includes(kind) &&
      (isPipelining(run) ? canPipeline(run) : canRequest(run)),
    (run) => {
      if (isPipelining(run)) pipelineRequest(run, kind);
      else sendRequest(run, kind);
    },
  ),
);

const clientMoves = [
  move(
    'client application',
    'piece of the body',
    'due',
    (run) =>
      isAwake(run, 'client') &&
      canSendBody(run.state) &&
      (run.state.client.facts & CLIENT.pieceSent) === 0 &&
      !isOffer(run),
    sendPiece,
  ),
  move(
    'client application',
    'end of the body',
    'due',
    (run) =>
      isAwake(run, 'client') && canSendBody(run.state) && (run.state.client.facts & CLIENT.pieceSent) !== 0,
    sendEnd,
  ),
  move(
    'client application',
    'read the response',
    'due',
    (run) => isAwake(run, 'client') && canReadBody(run.state),
    readBody,
  ),
  move(
    'client application',
    'finish sending',
    'free',
    (run) => isPipelining(run) && isAwake(run, 'client') && canFinishSending(run.state),
    finishSending,
  ),
  move(
    'client application',
    'raw byte, before the answer',
    'free',
    (run) => isAwake(run, 'client') && isOffer(run) && run.state.client.rawSent < run.bounds.rawBytes,
    (run) => sendRaw(run, 'client'),
  ),
  move(
    'client application',
    'detachSocket()',
    ({ state }) => (state.client.exchange.name === 'switched' ? 'due' : 'free'),
    (run) =>
      isAwake(run, 'client') &&
      isAttached(run.state.client) &&
      (run.state.client.exchange.name === 'switched' ||
        (!isPipelining(run) && run.state.client.exchange.tags.has('idle'))),
    (run) => {
      if (run.state.client.exchange.name === 'switched') run.state.client.facts = SPEAKS;
      notify(run, 'client', 'socket.detach');
    },
  ),
  move(
    'client application',
    'close()',
    // Whoever is told of an error, or that there will be no further answer, gives the session up.
    (run) =>
      run.state.client.session.tags.has('faulty') || (isPipelining(run) && isTold(run)) ? 'due' : 'free',
    (run) => isAwake(run, 'client') && isAttached(run.state.client),
    (run) => {
      notify(run, 'client', 'session.close');
    },
  ),
];

/** Whether the client has offered to switch, and may speak already: a tunnel that was asked for, or is refused. */
function isOffer({ state }: Run): boolean {
  return state.client.exchange.snapshot.matches({
    active: { cycle: { request: { offered: 'mightSwitch' } } },
  } as never);
}

// ---- owners of sockets that were handed over ------------------------------------------------------------------------------

function sendRaw(run: Run, end: End): void {
  send(run, end, tokenOf('raw', ++run.state[end].rawSent));
}

function ownerMoves(end: End): Move[] {
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

// ---- the server's application -------------------------------------------------------------------------------------------

const isHandling = (run: Run): boolean => isAwake(run, 'server') && !hasFault(run, 'handler hangs');

const serverMoves = [
  move(
    'server application',
    'answer',
    'due',
    (run) => isHandling(run) && canAnswer(run.state),
    (run) => {
      answer(run, RESPONSE.whole);
    },
  ),
  move(
    'server application',
    'refuse',
    'free',
    (run) => isHandling(run) && canAnswer(run.state) && run.state.server.exchange.tags.has('requesting'),
    (run) => {
      answer(run, RESPONSE.whole | RESPONSE.refusal);
    },
  ),
  move(
    'server application',
    'large answer',
    'free',
    (run) => isHandling(run) && canAnswer(run.state),
    (run) => {
      run.state.server.facts |= SERVER.isLarge;
      answer(run, RESPONSE.whole);
    },
  ),
  move(
    'server application',
    'head of the answer',
    'free',
    (run) => isHandling(run) && canAnswer(run.state),
    (run) => {
      answer(run, 0);
    },
  ),
  move(
    'server application',
    'end of the answer',
    'due',
    (run) => {
      const { tags } = run.state.server.exchange;
      return (
        isHandling(run) && isAttached(run.state.server) && tags.has('responding') && !tags.has('unanswered')
      );
    },
    endAnswer,
  ),
  move(
    'server application',
    'read the request',
    'free',
    (run) => isHandling(run) && canReadRequest(run.state),
    (run) => {
      readRequest(run, READER.body);
    },
  ),
  move(
    'server application',
    'switchProtocol()',
    'free',
    (run) => isHandling(run) && isAttached(run.state.server) && allows(run, 'server', 'response.switch'),
    switchProtocol,
  ),
];

// ---- drain -------------------------------------------------------------------------------------------------------------

/** Tells the server's chart, and carries out what it says. */
function tellServer(run: Run, event: string): void {
  const { life } = run.charts;
  const edge = life.edge(run.state.life, life.indexOf(event));
  if (edge === null) return;
  run.state.life = edge.target;
  for (const { name } of edge.effects) {
    if (name === 'drainSessions') startDraining(run);
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

const drainMoves = [
  move(
    'server application',
    'drain()',
    'free',
    (run) =>
      isAwake(run, 'server') && run.state.drain === DRAIN.none && run.state.server.socket !== SOCKET.gone,
    (run) => {
      run.state.drain = DRAIN.asked;
      tellServer(run, 'server.drain');
    },
  ),
  move(
    'server',
    'the grace is over',
    'due',
    (run) => isAwake(run, 'server') && isDraining(run) && run.state.drain === DRAIN.asked,
    (run) => {
      run.state.drain = DRAIN.graceOver;
      endGrace(run);
    },
  ),
  move(
    'server',
    'deadline of the drain',
    'last',
    (run) => isAwake(run, 'server') && isDraining(run),
    (run) => {
      tellServer(run, 'server.stop');
    },
  ),
];

/** A drain whose connection is gone is over. */
export function checkGone(run: Run): void {
  if (run.state.drain !== DRAIN.none && run.state.server.socket === SOCKET.gone)
    tellServer(run, 'sessions.gone');
}

// ---- network, timers, faults ----------------------------------------------------------------------------------------------

function networkMoves(end: End): Move[] {
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

function timerMove(end: End): Move {
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

const faults = [
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

/** Every move, in the order in which they are tried; with that, the exploration is the same each time. */
export const MOVES: readonly Move[] = [
  ...requests,
  ...clientMoves,
  ...serverMoves,
  ...ownerMoves('client'),
  ...ownerMoves('server'),
  ...drainMoves,
  ...networkMoves('client'),
  ...networkMoves('server'),
  timerMove('client'),
  timerMove('server'),
  ...faults,
];
