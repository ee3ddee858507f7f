import type { PlaceEvent } from '../../../machines/client/place.events.js';
import { ENDING, FATE, NONE, SENT, SERVER, STAGE, type PoolState } from './pool-state.js';
import type { PoolRun } from './pool-run.js';

/*
 * The code around the charts, as `ConnectionPool` and `PoolCall` have it: which events they send, and when. Calls and
 * places are numbers; the order of the calls is the order of their numbers.
 */

// ---- the queue -----------------------------------------------------------------------------------------------------

const waiting = ({ state }: PoolRun): number[] =>
  state.calls.flatMap(({ waits }, index) => (waits ? [index] : []));

const unserved = (run: PoolRun): number[] => waiting(run).filter((call) => run.callAt(call).place === NONE);

const seated = ({ state }: PoolRun): number => state.seats.filter(({ node }) => node !== null).length;

function link(run: PoolRun, call: number, place: number): void {
  run.callAt(call).place = place;
  if (place !== NONE) run.seatAt(place).call = call;
}

function unlink(run: PoolRun, call: number): void {
  const { place } = run.callAt(call);
  if (place !== NONE) run.seatAt(place).call = NONE;
  run.callAt(call).place = NONE;
}

/** A call is made. */
export function enqueue(run: PoolRun, call: number): void {
  if (run.is('quiet')) run.sendOrigin('pool.wanted');
  const place = takeIdle(run);
  if (place !== NONE) {
    reserve(run, place, call);
    return;
  }
  run.callAt(call).waits = true;
  run.sendCall(call, 'call.queue');
  work(run);
}

/** A call that has no session yet leaves: it was aborted, or has waited too long. */
export function leave(run: PoolRun, call: number): void {
  const { place, waits } = run.callAt(call);
  run.callAt(call).waits = false;
  unlink(run, call);
  if (place !== NONE && waits) passOn(run, place, true);
  noteUse(run);
  reject(run, call);
}

function putBack(run: PoolRun, call: number): void {
  if (run.is('closed')) {
    reject(run, call);
    return;
  }
  run.callAt(call).place = NONE;
  run.callAt(call).waits = true;
  run.sendCall(call, 'call.queue');
  work(run);
}

function reject(run: PoolRun, call: number): void {
  run.settle(call, FATE.rejected);
  run.sendCall(call, 'call.end');
}

// ---- places --------------------------------------------------------------------------------------------------------

/** Serves the calls that wait, as far as there are sessions, and opens connections as far as there is room. */
export function work(run: PoolRun): void {
  while (waiting(run).length > 0) {
    const place = takeIdle(run);
    if (place === NONE) break;
    serve(run, place);
  }
  for (const call of unserved(run)) {
    const orphan = run.state.seats.findIndex(({ isOrphan }) => isOrphan);
    if (orphan >= 0) {
      run.seatAt(orphan).isOrphan = false;
      link(run, call, orphan);
      continue;
    }
    if (run.rules.heedsCap && seated(run) >= run.setting.bounds.places) break;
    link(run, call, run.sit());
  }
  noteRoom(run);
  noteUse(run);
}

/** A connection is open. */
export function opened(run: PoolRun, place: number): void {
  run.seatAt(place).isOrphan = false;
  run.seatAt(place).server = SERVER.idle;
  run.state.hasFailed = false;
  run.sendOrigin('connect.succeeded');
  run.sendPlace(place, 'session.opened');
  serveOrRest(run, place, true);
}

/** A connection was refused, or took too long to open. */
export function openFailed(run: PoolRun, place: number): void {
  const { call } = run.seatAt(place);
  run.seatAt(place).server = SERVER.gone;
  run.seatAt(place).call = NONE;
  run.state.hasFailed = true;
  run.sendOrigin('connect.failed');
  if (call !== NONE) {
    run.callAt(call).waits = false;
    run.callAt(call).place = NONE;
  }
  run.sendPlace(place, 'session.ended');
  if (call !== NONE) reject(run, call);
  if (run.rules.worksAfterRefusal) work(run);
}

function reserve(run: PoolRun, place: number, call: number, isFresh = false): void {
  if (waiting(run).some((other) => other < call)) run.breaks('order');
  run.callAt(call).waits = false;
  run.sendCall(call, 'call.queue');
  run.sendCall(call, 'call.assign');
  link(run, call, place);
  run.sendPlace(place, 'place.reserve');
  // A connection that has just been opened needs no turn.
  if (isFresh || !run.rules.listens) reserved(run, place);
}

/** The turn of listening is over, and nothing was heard. */
export function reserved(run: PoolRun, place: number): void {
  const seat = run.seatAt(place);
  const { call } = seat;
  if (call === NONE) {
    if (!run.rules.releases) return;
    run.sendPlace(place, 'place.release');
    serveOrRest(run, place);
    return;
  }
  if (!run.isSeat(place, 'reserved') || !run.isCall(call, 'waiting')) run.breaks('one exchange');
  if (seat.arrived > 0 || seat.isSpent) run.breaks('dead connection');
  run.sendPlace(place, 'request.begin');
  run.sendCall(call, 'request.send');
  seat.stage = STAGE.unanswered;
  if (seat.server === SERVER.gone) seat.line.push(SENT.rst);
  else seat.server = SERVER.asked;
}

/** The exchange is over, and the connection can take another one. */
export function available(run: PoolRun, place: number): void {
  const seat = run.seatAt(place);
  seat.call = NONE;
  seat.stage = STAGE.unanswered;
  seat.isReused = true;
  const isLast = run.isSeat(place, 'retiring');
  run.sendPlace(place, 'session.available');
  if (isLast) work(run);
  else serveOrRest(run, place);
}

/** The connection has ended; the call that it was reserved for waits again. */
export function ended(run: PoolRun, place: number): void {
  const { call } = run.seatAt(place);
  const isUnsent = run.isSeat(place, 'reserved');
  leaveIdle(run, place);
  run.sendPlace(place, 'session.ended');
  if (isUnsent && call !== NONE) {
    if (run.rules.putsBack) putBack(run, call);
  } else if (run.rules.worksAfterEnd) work(run);
}

/** The connection has ended while a call had it. */
export function lost(run: PoolRun, place: number, isReplayable: boolean): void {
  const { call, stage } = run.seatAt(place);
  run.seatAt(place).call = NONE;
  if (run.rules.reportsFailureFirst) callFailed(run, call, stage, isReplayable);
  ended(run, place);
  if (!run.rules.reportsFailureFirst) callFailed(run, call, stage, isReplayable);
}

function callFailed(run: PoolRun, call: number, stage: number, isReplayable: boolean): void {
  run.callAt(call).place = NONE;
  if (stage !== STAGE.unanswered && run.rules.replaysUnansweredOnly) {
    run.sendCall(call, 'exchange.end');
    return;
  }
  run.sendCall(call, 'attempt.fail');
  if (isReplayable) putBack(run, call);
  else reject(run, call);
}

/** A response has come: the caller has it. */
export function answered(run: PoolRun, place: number): void {
  const { call } = run.seatAt(place);
  run.sendCall(call, 'response.head');
  run.settle(call, FATE.resolved);
  run.sendCall(call, 'call.deliver');
  run.seatAt(place).stage = STAGE.read;
}

/** The connection speaks another protocol now, and belongs to the caller. */
export function switched(run: PoolRun, place: number): void {
  const { call } = run.seatAt(place);
  answered(run, place);
  run.sendCall(call, 'exchange.end');
  run.callAt(call).place = NONE;
  run.sendPlace(place, 'session.switched');
  work(run);
}

function takeIdle(run: PoolRun): number {
  const place = run.state.seats.findIndex(({ rank }) => rank === 1);
  if (place < 0) return NONE;
  leaveIdle(run, place);
  return place;
}

function leaveIdle({ state }: PoolRun, place: number): void {
  const { rank } = state.seats[place] ?? { rank: 0 };
  if (rank === 0) return;
  for (const seat of state.seats) if (seat.rank >= rank) seat.rank -= seat.rank === rank ? seat.rank : 1;
}

function rest(run: PoolRun, place: number): void {
  for (const seat of run.state.seats) if (seat.rank > 0) seat.rank++;
  run.seatAt(place).rank = 1;
}

function serveOrRest(run: PoolRun, place: number, isFresh = false): void {
  if (waiting(run).length > 0 && run.rules.servesBeforeResting) {
    serve(run, place, isFresh);
    work(run);
  } else if (run.is('draining')) {
    run.sendPlace(place, 'pool.drain');
    noteUse(run);
  } else rest(run, place);
}

function serve(run: PoolRun, place: number, isFresh = false): void {
  const queue = waiting(run);
  const call = (run.rules.isFirstInFirstOut ? queue[0] : queue.at(-1)) ?? 0;
  const [owner, own] = [run.seatAt(place).call, run.callAt(call).place];
  run.callAt(call).waits = false;
  if (owner !== call) {
    if (own !== NONE) unlink(run, call);
    if (owner !== NONE) unlink(run, owner);
    if (own !== NONE && owner !== NONE) link(run, owner, own);
    else if (own !== NONE) passOn(run, own, false);
  }
  reserve(run, place, call, isFresh);
}

function passOn(run: PoolRun, place: number, isWithdrawn: boolean): void {
  const [next] = unserved(run);
  if (next !== undefined && run.rules.passesOn) {
    link(run, next, place);
    return;
  }
  if (!isWithdrawn) {
    run.seatAt(place).isOrphan = true;
    return;
  }
  const youngest = run.rules.passesOn
    ? waiting(run)
        .filter((call) => run.callAt(call).place !== NONE)
        .at(-1)
    : undefined;
  let spare = place;
  if (youngest !== undefined) {
    spare = run.callAt(youngest).place;
    unlink(run, youngest);
    link(run, youngest, place);
  }
  run.sendPlace(spare, 'place.unwanted');
  if (run.rules.passesOn) work(run);
}

// ---- the end -------------------------------------------------------------------------------------------------------

/** Finishes the calls there are; takes no others. */
export function drain(run: PoolRun): void {
  run.state.ending = ENDING.drain;
  run.sendOrigin('pool.drain');
  if (!run.rules.drainsWaiting) for (const call of waiting(run)) run.callAt(call).waits = false;
  noteUse(run);
}

/** Ends everything now. */
export function close(run: PoolRun): void {
  run.state.ending = ENDING.close;
  run.sendOrigin('pool.close');
  for (const call of waiting(run)) {
    run.callAt(call).waits = false;
    run.callAt(call).place = NONE;
    if (run.rules.refusesWaiting) reject(run, call);
  }
  for (const [place, { node, call, stage }] of [...run.state.seats].entries()) {
    if (node === null) continue;
    const [isReserved, isServing] = [node.tags.has('reserved'), node.tags.has('serving')];
    leaveIdle(run, place);
    run.sendPlace(place, 'pool.close');
    if (call === NONE) continue;
    if (isReserved) reject(run, call);
    else if (isServing) callFailed(run, call, stage, false);
  }
}

function sendHome(run: PoolRun): void {
  for (const [place, { node }] of [...run.state.seats].entries()) {
    if (node === null || node.tags.has('reserved')) continue;
    leaveIdle(run, place);
    run.sendPlace(place, 'pool.drain');
  }
}

/** Makes the request in progress the last one of its connection; closes one that is idle. */
export function retire(run: PoolRun, place: number, event: PlaceEvent['type']): void {
  run.seatAt(place).isSpent = true;
  leaveIdle(run, place);
  run.sendPlace(place, event);
  noteRoom(run);
  noteUse(run);
}

function noteRoom(run: PoolRun): void {
  const isFull = seated(run) >= run.setting.bounds.places;
  if (isFull !== run.is('full')) run.sendOrigin(isFull ? 'places.full' : 'places.free');
}

function noteUse(run: PoolRun): void {
  const isWaitedFor = waiting(run).length > 0;
  if (run.is('draining') && !isWaitedFor && run.rules.closesLeftOver) sendHome(run);
  if (seated(run) > 0 || isWaitedFor || run.is('quiet') || run.is('closed')) return;
  run.sendOrigin('pool.unused');
}

// ---- what must hold after each move --------------------------------------------------------------------------------

/** Checks what holds in each state. */
export function checkState(run: PoolRun): void {
  checkPlaces(run);
  checkWakeUps(run);
  checkCalls(run.state, run);
  if (!saysWhatIsSo(run)) run.breaks('account');
}

function checkPlaces(run: PoolRun): void {
  const { taken, seats } = run.state;
  const count = seated(run);
  if (taken !== count || count > run.setting.bounds.places) run.breaks('places');
  if (run.is('closed') && count > 0) run.breaks('places');
  for (const [place, { node, call, isOrphan }] of seats.entries()) {
    // While a pool drains, nothing is opened ahead.
    const isNeeded = call !== NONE || (isOrphan && !run.is('draining'));
    if (node?.tags.has('connecting') === true && !isNeeded) run.breaks('places');
    if (node?.tags.has('serving') !== true) continue;
    if (call === NONE || run.callAt(call).place !== place || !run.isCall(call, 'sent')) {
      run.breaks('one exchange');
    }
  }
}

function checkWakeUps(run: PoolRun): void {
  const queue = waiting(run).length;
  if (queue === 0) return;
  const isFull = seated(run) >= run.setting.bounds.places;
  const isServed = isFull || run.seatsWith('connecting').length >= queue;
  if (!isServed || run.seatsWith('idle').length > 0) run.breaks('wake-up');
}

function checkCalls({ calls }: PoolState, run: PoolRun): void {
  const had = calls.map(({ place }) => place).filter((place) => place !== NONE);
  if (new Set(had).size < had.length) run.breaks('one exchange');
  for (const { node, fate } of calls) {
    const isOver = node.tags.has('over');
    if (isOver ? fate === FATE.pending : fate === FATE.rejected) run.breaks('settles');
  }
}

/** Whether the charts say what is so of the pool and of its places. */
function saysWhatIsSo(run: PoolRun): boolean {
  const { origin, seats, calls, hasFailed } = run.state;
  const [count, queue] = [seated(run), waiting(run).length];
  if (hasFailed !== origin.tags.has('failing')) return false;
  const { call: chart } = run.setting.charts;
  const mayBeAssigned = chart.indexOf('call.assign');
  if (calls.some(({ node, waits }) => waits !== (chart.edge(node, mayBeAssigned) !== null))) return false;
  if (run.is('quiet') && count + queue > 0) return false;
  if (run.is('taking') && !run.is('quiet')) {
    if (run.is('full') !== count >= run.setting.bounds.places || count + queue === 0) return false;
  }
  return seats.every(({ node, stage }) => {
    if (node?.tags.has('serving') !== true || node.tags.has('retiring')) return true;
    return node.tags.has('unread') === (stage === STAGE.unread);
  });
}
