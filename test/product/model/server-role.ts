import { LIMITS } from '../../../src/constants.js';
import {
  afterFailure,
  closesOnDrain,
  idleTimer,
  isLastRequest,
  mustLinger,
  nextStep,
} from '../../../src/session/server/rules.js';
import {
  advance,
  allows,
  arm,
  ask,
  command,
  isAttached,
  linger,
  notify,
  rest,
  send,
  timerOf,
  type RoleModel,
  type Run,
} from './endpoint.js';
import { READER, SPEAKS, type Endpoint, type ModelTimer, type ProductState } from './product-state.js';
import { kindOf, numberOf, REQUEST, RESPONSE, saysOf, tokenOf, type Token } from './token.js';

/*
 * The server's side of the message cycle, as `ServerLoop` and `HTTPServerResponse` drive the charts. What there is to
 * decide, the functions of `rules.ts` decide for both.
 */

/** Facts of the request in progress. */
export const SERVER = {
  /** There is one, and its handler has it. */
  hasRequest: 1,
  /** Something of its body is unread. */
  isUnread: 2,
  /** The client has said that no request of it follows. */
  isLast: 4,
  /** Its answer is so large that the kernel may still hold some of it when the connection is closed. */
  isLarge: 8,
} as const;

const END = 'server';

function has({ facts }: Endpoint, fact: number): boolean {
  return (facts & fact) !== 0;
}

/** Whether somebody waits for the body of the request. */
function isBeingRead({ reader }: Endpoint): boolean {
  return reader === READER.body || reader === READER.discard;
}

// ---- heads -----------------------------------------------------------------------------------------------------------

/** Waits for the next request; what is buffered already is served first. */
export function listen(run: Run): void {
  const { server } = run.state;
  server.resting = READER.role;
  server.reader = READER.role;
  server.timer = 0;
  bytesArrived(run);
}

function leave({ state }: Run): void {
  const { server } = state;
  server.resting = READER.none;
  if (server.reader === READER.role) server.reader = READER.none;
  server.timer = 0;
}

function bytesArrived(run: Run): void {
  const { server } = run.state;
  while (server.reader === READER.role && server.held.length > 0) {
    const head = takeHead(run);
    if (head === undefined) break;
    begin(run, head);
  }
  if (server.reader !== READER.role) return;
  if (server.timer === 0) arm(run, END, idleTimer(server.exchange.tags));
  if (!server.session.tags.has('readable')) streamEnded(run);
}

/** The next head, once it is complete. */
function takeHead(run: Run): Token | undefined {
  const { held } = run.state.server;
  const [first, second] = held;
  if (first === undefined) return undefined;
  if (kindOf(first) === 'requestBegin') {
    if (second === undefined) {
      if (advance(run, END, 'request.begin')) arm(run, END, 'head');
      return undefined;
    }
    held.shift();
  }
  const head = held.shift();
  // What is no head here would be refused; but nothing that the client has sent may be taken for one.
  if (head !== undefined && kindOf(head) !== 'requestHead') {
    run.broken ??= kindOf(head) === 'raw' ? 'hand-over' : 'attribution';
    return undefined;
  }
  return head;
}

function begin(run: Run, head: Token): void {
  const { server } = run.state;
  const number = numberOf(head);
  if (number !== server.current + 1) run.broken ??= 'attribution';
  const readsAhead = run.rules.readsAhead;
  if (!readsAhead) leave(run);
  server.current = number;
  const isLast = saysOf(head, REQUEST.close);
  const hasBody = saysOf(head, REQUEST.body);
  server.facts = SERVER.hasRequest | (isLast ? SERVER.isLast : 0) | (hasBody ? SERVER.isUnread : 0);
  advance(run, END, 'request.head');
  if (saysOf(head, REQUEST.expects)) advance(run, END, 'request.expect');
  if (saysOf(head, REQUEST.offers)) advance(run, END, 'request.offer');
  if (isLastRequest(server.session.tags.has('draining'), !isLast, number, 0)) {
    advance(run, END, 'connection.close');
  }
  if (!hasBody) advance(run, END, 'request.end');
  run.narrate?.(END, 'server application', `request ${String(number)}`);
}

// ---- the body of the request -------------------------------------------------------------------------------------------

/** Whether a handler can read a body. */
export function canReadRequest({ server }: ProductState): boolean {
  return (
    isAttached(server) &&
    has(server, SERVER.isUnread) &&
    server.reader === READER.none &&
    server.exchange.tags.has('requesting')
  );
}

/** Somebody reads the body of the request, to use it or to throw it away. */
export function readRequest(run: Run, reader: number): void {
  const { server } = run.state;
  // What has come meanwhile waits at the transport: it is asked for, and only then it is there.
  server.reader = reader;
  bodyWanted(run);
  ask(run, END, reader);
}

function bodyWanted(run: Run): void {
  const { server } = run.state;
  if (server.exchange.tags.has('awaitingContinue')) {
    advance(run, END, 'response.continue');
    send(run, END, tokenOf('continue', server.current));
  }
  if (server.exchange.tags.has('continued')) arm(run, END, 'continue');
  else if (server.exchange.tags.has('responding') || timerOf(server) !== 'bodyProgress') {
    arm(run, END, 'bodyProgress');
  }
}

function bodyArrived(run: Run): void {
  const { server } = run.state;
  while (isBeingRead(server)) {
    const token = server.held.shift();
    if (token === undefined) break;
    if (numberOf(token) !== server.current) run.broken ??= 'attribution';
    if (kindOf(token) === 'requestEnd') {
      rest(run, END);
      server.facts &= ~SERVER.isUnread;
      advance(run, END, 'request.end');
      settle(run);
      return;
    }
    if (kindOf(token) !== 'requestBody') run.broken ??= 'attribution';
    if (server.exchange.tags.has('continued')) advance(run, END, 'request.stream');
    if (server.exchange.tags.has('responding')) arm(run, END, 'bodyProgress');
  }
}

/** The rest of the body cannot be had: it came to its end too early, or too late. */
function bodyBroken(run: Run): void {
  const { server } = run.state;
  const wasDiscarded = server.reader === READER.discard;
  rest(run, END);
  const next = afterFailure(server.exchange.tags);
  if (next === 'refuse') refuse(run);
  else if (next === 'abandon') advance(run, END, 'request.abandon');
  else finishConnection(run);
  // Whoever was throwing it away is told that this was not all.
  if (wasDiscarded && server.exchange.tags.has('requesting')) abandonRequest(run);
}

// ---- the response ------------------------------------------------------------------------------------------------------

/** Whether the handler has a request that it has not answered. */
export function canAnswer({ server }: ProductState): boolean {
  return has(server, SERVER.hasRequest) && server.exchange.tags.has('unanswered');
}

/** Sends the head of a response. */
export function answer(run: Run, flags: number): void {
  const { server } = run.state;
  const declines = allows(run, END, 'response.switch');
  advance(run, END, 'response.head');
  // What follows a CONNECT was meant for the tunnel, whether there is one or not (RFC 9110 section 9.3.6).
  if (declines) advance(run, END, 'connection.close');
  const close = server.exchange.tags.has('finishing') ? RESPONSE.close : 0;
  send(run, END, tokenOf('responseHead', server.current, flags | close));
  if (flags & RESPONSE.whole) responseCompleted(run);
}

export function endAnswer(run: Run): void {
  send(run, END, tokenOf('responseEnd', run.state.server.current));
  responseCompleted(run);
}

function responseCompleted(run: Run): void {
  advance(run, END, 'response.end');
  settle(run);
}

/** Answers with 101 and takes the connection over. */
export function switchProtocol(run: Run): void {
  advance(run, END, 'response.switch');
  send(run, END, tokenOf('switch', run.state.server.current));
  run.state.server.facts = SPEAKS;
  command(run, END, 'socket.detach', 'hand-over');
}

/** Goes on where the chart is: the next request, the rest of this one, or the end. */
function settle(run: Run): void {
  const { server } = run.state;
  const step = nextStep(server.exchange.tags);
  if (step === 'listen') {
    server.facts = 0;
    listen(run);
  } else if (step === 'finish') finishConnection(run);
  else if (step === 'discard') discardRequest(run);
}

/** The response was complete before its request: the rest is read and thrown away. */
function discardRequest(run: Run): void {
  const { server } = run.state;
  if (isBeingRead(server)) return;
  if (server.exchange.tags.has('finishing')) abandonRequest(run);
  else readRequest(run, READER.discard);
}

function abandonRequest(run: Run): void {
  advance(run, END, 'request.abandon');
  finishConnection(run);
}

/** After the last response: closes at once, or lingers when the peer may still be sending. */
function finishConnection(run: Run): void {
  const { server } = run.state;
  if (!isAttached(server) || server.session.tags.has('lingering')) return;
  leave(run);
  const isSilent = !has(server, SERVER.isUnread) && server.held.length === 0;
  const bytesSent = has(server, SERVER.isLarge) ? LIMITS.maxUnlingeredBytes.value + 1 : 0;
  if (mustLinger(isSilent, has(server, SERVER.isLast), bytesSent)) linger(run, END);
  else notify(run, END, 'session.close');
}

// ---- ends --------------------------------------------------------------------------------------------------------------

function streamEnded(run: Run): void {
  const { server } = run.state;
  if (server.held.length > 0) {
    refuse(run);
    return;
  }
  leave(run);
  notify(run, END, 'session.close');
}

/** Answers what cannot be served with one complete response, and never reads a second message out of what follows. */
function refuse(run: Run): void {
  const { server } = run.state;
  const { tags } = server.exchange;
  const isResponding = tags.has('responding') && !tags.has('unanswered');
  const isAnswered = server.session.tags.has('writable') && !tags.has('over') && !isResponding;
  const number = tags.has('idle') ? server.current + 1 : server.current;
  advance(run, END, 'exchange.fail');
  leave(run);
  notify(run, END, 'exception.set');
  if (isAnswered) {
    send(run, END, tokenOf('responseHead', number, RESPONSE.close | RESPONSE.refusal));
    send(run, END, tokenOf('responseEnd', number));
  }
  linger(run, END);
}

function deadlineExpired(run: Run, timer: ModelTimer): void {
  const { server } = run.state;
  if (timer === 'linger') notify(run, END, 'deadline.expired');
  else if (timer === 'firstByte' || timer === 'keepAlive') {
    leave(run);
    notify(run, END, 'session.close');
  } else if (isBeingRead(server)) bodyBroken(run);
  else requestTimedOut(run);
}

function requestTimedOut(run: Run): void {
  const next = afterFailure(run.state.server.exchange.tags);
  if (next === 'refuse') refuse(run);
  else if (next === 'abandon') advance(run, END, 'request.abandon');
  else abandonRequest(run);
}

// ---- drain -------------------------------------------------------------------------------------------------------------

/** The response in progress, or the next one, is the last; an idle connection is read on (`startDraining`). */
export function startDraining(run: Run): void {
  const { server } = run.state;
  if (!isAttached(server)) return;
  notify(run, END, 'session.drain');
  if (!server.exchange.tags.has('idle')) advance(run, END, 'connection.close');
}

/** The grace is over: what has no request by now gets none any more (`drain`). */
export function endGrace(run: Run): void {
  const { server } = run.state;
  if (!isAttached(server)) return;
  const hasBegun = server.exchange.tags.has('idle') && server.held.length > 0;
  command(run, END, 'session.drain', 'drain');
  closeIfIdle(run);
  if (hasBegun && !server.exchange.tags.has('idle')) run.broken ??= 'drain';
}

function closeIfIdle(run: Run): void {
  const { server } = run.state;
  const { tags } = server.exchange;
  if (!closesOnDrain(tags)) return;
  if (tags.has('idle') && !run.rules.closesIdle) return;
  advance(run, END, 'connection.close');
  if (server.exchange.tags.has('over')) finishConnection(run);
}

/** The server's role as a server session plays it. */
export const serverRole: RoleModel = {
  bytesArrived,
  bodyArrived,
  streamEnded,
  bodyEnded: bodyBroken,
  streamEndedUnread: () => {
    // A response may still be on its way to a client that has only finished sending.
  },
  readFailed: () => {
    // The handler is told; that is beyond the model.
  },
  deadlineExpired,
};
