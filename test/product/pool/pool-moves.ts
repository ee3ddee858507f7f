import * as policy from './pool-policy.js';
import type { PoolRun } from './pool-run.js';
import { ENDING, FATE, NONE, SENT, SERVER, STAGE, type SeatState } from './pool-state.js';
import type { PoolBounds } from './rules.js';

/*
 * Everything that can happen next. A move is `due` when, once it is possible, it happens sooner or later, or becomes
 * impossible: the fairness that the checker assumes. All others may never happen. A `fault` is one of the bounded number
 * of things that a server or the network do to a pool.
 */

/** Something that can happen. */
export interface PoolMove {
  readonly by: 'application' | 'pool' | 'server' | 'network';
  readonly name: string;
  readonly urgency: 'due' | 'free' | 'fault';
  isPossible(run: PoolRun): boolean;
  make(run: PoolRun): void;
}

/** Every move within the bounds, in the order in which they are tried. */
export function movesWithin({ calls, places }: PoolBounds): readonly PoolMove[] {
  const indexes = (length: number): number[] => Array.from({ length }, (_, index) => index);
  return [
    ...indexes(calls).flatMap(callMoves),
    ...indexes(places).flatMap((place) => [...serverMoves(place), ...sessionMoves(place)]),
    ...END_MOVES,
  ];
}

const CALL_LETTERS = 'ABCDEF';

function callMoves(call: number): PoolMove[] {
  const name = `call ${CALL_LETTERS[call] ?? ''}`;
  return [
    {
      by: 'application',
      name: `${name}: request`,
      urgency: 'free',
      isPossible: (run) =>
        run.callAt(call).fate === FATE.unasked &&
        run.is('taking') &&
        (call === 0 || run.callAt(call - 1).fate !== FATE.unasked),
      make: (run) => {
        run.callAt(call).fate = FATE.pending;
        policy.enqueue(run, call);
      },
    },
    {
      by: 'application',
      name: `${name}: abort`,
      urgency: 'free',
      isPossible: (run) => run.callAt(call).fate !== FATE.unasked && !run.isCall(call, 'over'),
      make: (run) => {
        const { place } = run.callAt(call);
        if (run.isCall(call, 'waiting')) policy.leave(run, call);
        else policy.lost(run, place, false);
      },
    },
    {
      by: 'pool',
      name: `${name}: queue timeout`,
      urgency: 'free',
      isPossible: (run) => run.callAt(call).fate === FATE.pending && run.isCall(call, 'waiting'),
      make: (run) => {
        policy.leave(run, call);
      },
    },
  ];
}

type Does = (run: PoolRun, seat: SeatState, place: number) => void;
type May = (run: PoolRun, seat: SeatState, place: number) => boolean;

const seatMove =
  (place: number) =>
  (by: PoolMove['by'], what: string, urgency: PoolMove['urgency'], may: May, does: Does): PoolMove => ({
    by,
    name: `place ${String(place + 1)}: ${what}`,
    urgency,
    isPossible: (run) => {
      const seat = run.seatAt(place);
      return seat.node !== null && may(run, seat, place);
    },
    make: (run) => {
      does(run, run.seatAt(place), place);
    },
  });

const isConnecting: May = (run, _seat, place) => run.isSeat(place, 'connecting');

const serves =
  (...stages: readonly number[]): May =>
  (_run, { server }) =>
    stages.includes(server);

/** The server sends something, and is in another stage afterwards. */
const sends =
  (what: number, stage: number): Does =>
  (_run, seat) => {
    seat.line.push(what);
    seat.server = stage;
  };

const STAGES = [SERVER.idle, SERVER.asked, SERVER.working, SERVER.answering];

/** A switch is made in one move: nothing else is on its way. */
const maySwitch: May = (run, { server, line, stage }, place) =>
  server === SERVER.working &&
  line.length === 0 &&
  run.isSeat(place, 'serving') &&
  stage === STAGE.unanswered;

function serverMoves(place: number): PoolMove[] {
  const move = seatMove(place);
  return [
    move('server', 'accepts', 'due', isConnecting, (run) => {
      policy.opened(run, place);
    }),
    move('server', 'refuses', 'fault', isConnecting, (run) => {
      policy.openFailed(run, place);
    }),
    move('network', 'the request arrives', 'due', serves(SERVER.asked), (_run, seat) => {
      seat.server = SERVER.working;
    }),
    move('server', 'head of the response', 'due', serves(SERVER.working), sends(SENT.head, SERVER.answering)),
    move('server', 'whole response', 'free', serves(SERVER.working), sends(SENT.whole, SERVER.idle)),
    move('server', 'end of the response', 'due', serves(SERVER.answering), sends(SENT.end, SERVER.idle)),
    move('server', 'switches', 'free', maySwitch, (run) => {
      policy.switched(run, place);
    }),
    move('server', 'FIN', 'fault', serves(...STAGES), sends(SENT.fin, SERVER.gone)),
    move('server', 'RST', 'fault', serves(...STAGES), sends(SENT.rst, SERVER.gone)),
    move('server', 'surplus response', 'fault', serves(SERVER.idle), sends(SENT.whole, SERVER.idle)),
    move(
      'network',
      'bytes arrive',
      'due',
      (_run, { line, arrived }) => arrived < line.length,
      (_run, seat) => {
        const isReset = seat.line[seat.arrived] === SENT.rst;
        // A reset destroys what was not read.
        if (isReset) seat.line = [SENT.rst];
        seat.arrived = isReset ? 1 : seat.arrived + 1;
      },
    ),
  ];
}

const isServing: May = (run, _seat, place) => run.isSeat(place, 'serving');

function sessionMoves(place: number): PoolMove[] {
  const move = seatMove(place);
  return [
    move(
      'pool',
      'the session reads',
      'due',
      (_run, { arrived }) => arrived > 0,
      (run, seat) => {
        seat.arrived--;
        read(run, place, seat.line.shift() ?? 0);
      },
    ),
    move(
      'pool',
      'has listened',
      'due',
      (run) => run.isSeat(place, 'reserved'),
      (run, { arrived }) => {
        if (arrived > 0) policy.ended(run, place);
        else policy.reserved(run, place);
      },
    ),
    move(
      'pool',
      'head timeout',
      'fault',
      (run, { stage }) => run.isSeat(place, 'serving') && stage === STAGE.unanswered,
      (run) => {
        policy.lost(run, place, false);
      },
    ),
    move(
      'pool',
      'unread timeout',
      'due',
      (run) => run.isSeat(place, 'unread'),
      (run) => {
        policy.lost(run, place, false);
      },
    ),
    move(
      'application',
      'reads the body',
      'free',
      (run) => run.isSeat(place, 'unread'),
      (run, seat) => {
        seat.stage = STAGE.read;
        run.sendPlace(place, 'body.read');
      },
    ),
    move(
      'pool',
      'idle timeout',
      'free',
      (run) => run.isSeat(place, 'idle'),
      (run) => {
        policy.ended(run, place);
      },
    ),
    move(
      'pool',
      'age',
      'free',
      (run, seat) =>
        (run.isSeat(place, 'idle') || isServing(run, seat, place)) && !run.isSeat(place, 'retiring'),
      (run) => {
        policy.retire(run, place, 'age.reached');
      },
    ),
    move(
      'pool',
      'another origin needs a place',
      'free',
      (run) => run.isSeat(place, 'idle'),
      (run) => {
        policy.retire(run, place, 'place.unwanted');
      },
    ),
    move('server', 'keeps no idle connection', 'free', mayRetire, (run) => {
      policy.retire(run, place, 'requests.spent');
    }),
  ];
}

const mayRetire: May = (run, { stage }, place) =>
  run.isSeat(place, 'serving') && stage !== STAGE.unanswered && !run.isSeat(place, 'retiring');

/** The session reads something that has arrived. */
function read(run: PoolRun, place: number, what: number): void {
  const seat = run.seatAt(place);
  if (!run.isSeat(place, 'serving')) {
    policy.ended(run, place);
    return;
  }
  const { call, stage, isReused } = seat;
  const isAnswered = stage !== STAGE.unanswered;
  const isHead = what === SENT.head || what === SENT.whole;
  if (isHead && !isAnswered) {
    policy.answered(run, place);
    if (what === SENT.head) {
      seat.stage = STAGE.unread;
      run.sendPlace(place, 'response.head');
    } else complete(run, place, call);
  } else if (what === SENT.end && isAnswered) complete(run, place, call);
  else policy.lost(run, place, isReused && !isAnswered);
}

function complete(run: PoolRun, place: number, call: number): void {
  if (call !== NONE) {
    run.sendCall(call, 'exchange.end');
    run.callAt(call).place = NONE;
  }
  policy.available(run, place);
}

const END_MOVES: readonly PoolMove[] = [
  {
    by: 'application',
    name: 'drain',
    urgency: 'free',
    isPossible: ({ state }) => state.ending === ENDING.none,
    make: policy.drain,
  },
  {
    by: 'application',
    name: 'close, or the deadline of the drain',
    urgency: 'free',
    isPossible: ({ state }) => state.ending !== ENDING.close,
    make: policy.close,
  },
];
