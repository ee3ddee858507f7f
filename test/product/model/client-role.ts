import { READER, type ModelTimer, type ProductState } from './product-state.js';
import {
  advance,
  arm,
  ask,
  fail,
  isAttached,
  notify,
  rest,
  send,
  timerOf,
  type RoleModel,
  type Run,
} from './endpoint.js';
import type { RequestKind } from './rules.js';
import { kindOf, numberOf, REQUEST, RESPONSE, saysOf, tokenOf, type Token } from './token.js';

/*
 * The client's side of the message cycle, as `RequestRun` and `ClientExchange` drive the charts.
 */

/** Facts of the request in progress. */
export const CLIENT = {
  /** The body waits for the server's word. */
  awaitsContinue: 1,
  /** The piece of the body was sent. */
  pieceSent: 2,
  /** A final response came instead of the server's word, and the body is not sent. */
  isUnwanted: 4,
} as const;

const END = 'client';

const FLAGS: Readonly<Record<RequestKind, number>> = {
  plain: 0,
  pieces: 0,
  close: REQUEST.close,
  body: REQUEST.body,
  expects: REQUEST.body | REQUEST.expects,
  offers: REQUEST.offers,
};

/** Whether the client session can send a request now. */
export function canRequest({ state, rules }: Run): boolean {
  return isAttached(state.client) && rules.mayRequest(state);
}

/** Sends a request, or the part of it in front of its body. */
export function sendRequest(run: Run, kind: RequestKind): void {
  const { client } = run.state;
  const flags = FLAGS[kind];
  if (client.heardFin) run.broken ??= 'request after FIN';
  const number = ++run.state.sent;
  client.timer = 0;
  client.resting = READER.none;
  client.reader = READER.none;
  client.current = number;
  client.facts = 0;
  // Sent twice it would not have the effect of being sent once, or cannot be sent twice.
  const mayRepeat = (flags & (REQUEST.body | REQUEST.offers)) === 0;
  advance(run, END, 'request.head');
  if (!mayRepeat && run.rules.forbidsReplayFirst) forbidReplay(run);
  if (flags & REQUEST.expects) advance(run, END, 'request.expect');
  if (flags & REQUEST.offers) advance(run, END, 'request.offer');
  if (flags & REQUEST.close) advance(run, END, 'connection.close');
  if (!mayRepeat && !run.rules.forbidsReplayFirst) forbidReplay(run);
  if (kind === 'pieces') send(run, END, tokenOf('requestBegin', number));
  send(run, END, tokenOf('requestHead', number, flags));
  if ((flags & REQUEST.body) === 0) advance(run, END, 'request.end');
  else if (flags & REQUEST.expects) client.facts |= CLIENT.awaitsContinue;
  listen(run);
}

function forbidReplay(run: Run): void {
  if (run.state.client.exchange.tags.has('replayable')) advance(run, END, 'request.stream');
}

/** Whether the application has some more of its request to send (`RequestBody.finished`). */
export function canSendBody({ client }: ProductState): boolean {
  return (
    isAttached(client) &&
    client.exchange.tags.has('requesting') &&
    (client.facts & (CLIENT.awaitsContinue | CLIENT.isUnwanted)) === 0
  );
}

export function sendPiece(run: Run): void {
  const { client } = run.state;
  const { tags } = client.exchange;
  if (tags.has('replayable') || tags.has('continued')) advance(run, END, 'request.stream');
  send(run, END, tokenOf('requestBody', client.current));
  client.facts |= CLIENT.pieceSent;
}

export function sendEnd(run: Run): void {
  const { client } = run.state;
  send(run, END, tokenOf('requestEnd', client.current));
  advance(run, END, 'request.end');
  if (client.reader === READER.role && client.exchange.tags.has('unanswered')) armWait(run);
  settle(run);
}

/** Whether a response has a body without a reader. */
export function canReadBody({ client }: ProductState): boolean {
  const { tags } = client.exchange;
  const isBegun = tags.has('responding') && !tags.has('unanswered');
  return isBegun && client.session.tags.has('usable') && client.reader === READER.none;
}

export function readBody(run: Run): void {
  const { client } = run.state;
  client.reader = READER.body;
  arm(run, END, 'receive');
  ask(run, END, READER.body);
}

function listen(run: Run): void {
  const { client } = run.state;
  client.reader = READER.role;
  armWait(run);
  if (client.held.length > 0) bytesArrived(run);
  if (client.reader === READER.role) ask(run, END, READER.role);
}

/** A server says nothing before it has the request: until then only the wait for 100 Continue is limited. */
function armWait(run: Run): void {
  const { client } = run.state;
  if (client.facts & CLIENT.awaitsContinue) {
    if (timerOf(client) !== 'continue') arm(run, END, 'continue');
  } else if (client.exchange.tags.has('requesting')) client.timer = 0;
  else arm(run, END, 'receive');
}

function bytesArrived(run: Run): void {
  const { client } = run.state;
  if (client.exchange.tags.has('idle') || isUploadLeft(client)) {
    // Nothing had asked for them, and so they answer another request.
    run.broken ??= 'attribution';
    fail(run, END, false);
    return;
  }
  while (client.reader === READER.role) {
    const token = client.held.shift();
    if (token === undefined) break;
    headArrived(run, token);
  }
  if (client.reader === READER.role && client.exchange.tags.has('unanswered')) armWait(run);
}

function headArrived(run: Run, token: Token): void {
  const { client } = run.state;
  const kind = kindOf(token);
  if (kind === 'raw') {
    run.broken ??= 'hand-over';
    return;
  }
  if (numberOf(token) !== client.current) run.broken ??= 'attribution';
  if (kind === 'continue') {
    advance(run, END, 'response.continue');
    client.facts &= ~CLIENT.awaitsContinue;
  } else if (kind === 'responseHead') finalArrived(run, token);
  else if (kind === 'switch') {
    advance(run, END, 'response.switch');
    rest(run, END);
  } else run.broken ??= 'attribution';
}

function finalArrived(run: Run, token: Token): void {
  const { client } = run.state;
  if (saysOf(token, RESPONSE.close)) advance(run, END, 'connection.close');
  advance(run, END, 'response.head');
  // The server has refused while the body is still on its way: the rest of it is not wanted.
  if (saysOf(token, RESPONSE.refusal) && client.exchange.tags.has('requesting')) {
    advance(run, END, 'request.abandon');
  }
  rest(run, END);
  if (client.facts & CLIENT.awaitsContinue) client.facts ^= CLIENT.awaitsContinue | CLIENT.isUnwanted;
  run.narrate?.(END, 'client application', `response ${String(numberOf(token))}`);
  if (saysOf(token, RESPONSE.whole)) responseCompleted(run);
}

function bodyArrived(run: Run): void {
  const { client } = run.state;
  const token = client.held.shift();
  if (token === undefined) return;
  if (kindOf(token) !== 'responseEnd') run.broken ??= kindOf(token) === 'raw' ? 'hand-over' : 'attribution';
  else if (numberOf(token) !== client.current) run.broken ??= 'attribution';
  rest(run, END);
  responseCompleted(run);
}

function responseCompleted(run: Run): void {
  advance(run, END, 'response.end');
  settle(run);
}

/** Continues where the chart is: a keep-alive connection is watched, a used-up one is closed. */
function settle(run: Run): void {
  const { client } = run.state;
  const { tags, name } = client.exchange;
  if (tags.has('over') && isAttached(client) && name !== 'switched') notify(run, END, 'session.close');
  else if (tags.has('idle')) {
    if (client.reader === READER.none || client.reader === READER.role) watch(run, 'keepAlive');
  } else if (isUploadLeft(client) && run.rules.watchesUploads) watch(run, 'bodyProgress');
}

/** Whether the response is complete and the request is not. */
function isUploadLeft({ exchange }: ProductState['client']): boolean {
  return exchange.tags.has('requesting') && !exchange.tags.has('responding');
}

function watch(run: Run, timer: ModelTimer): void {
  const { client } = run.state;
  client.resting = READER.role;
  client.reader = READER.role;
  arm(run, END, timer);
  ask(run, END, READER.role);
}

/** The server has answered and takes no more, or the source has none: the rest of the request is never sent. */
function giveUpUpload(run: Run): void {
  advance(run, END, 'request.abandon');
  notify(run, END, 'session.close');
}

function deadlineExpired(run: Run, timer: ModelTimer): void {
  const { client } = run.state;
  if (timer === 'continue') {
    // The server does not know Expect, or takes its time: the body goes out (RFC 9110 section 10.1.1).
    client.facts &= ~CLIENT.awaitsContinue;
    if (client.reader === READER.role) armWait(run);
  } else if (timer === 'keepAlive') notify(run, END, 'session.close');
  else if (timer === 'bodyProgress') giveUpUpload(run);
  // A late response would be taken for that to another request.
  else fail(run, END, false);
}

/** The client's role as a client session plays it. */
export const clientRole: RoleModel = {
  bytesArrived,
  bodyArrived,
  streamEnded: (run) => {
    const { client } = run.state;
    if (client.exchange.tags.has('idle')) notify(run, END, 'session.close');
    else if (isUploadLeft(client)) giveUpUpload(run);
    else fail(run, END, true);
  },
  bodyEnded: (run) => {
    rest(run, END);
    advance(run, END, 'exchange.fail');
    fail(run, END, false);
  },
  streamEndedUnread: (run) => {
    // Nothing was ever said on this connection and nothing can be answered any more: it is of no use.
    const { client } = run.state;
    if (client.exchange.tags.has('idle') && client.current === 0 && client.held.length === 0) {
      notify(run, END, 'session.close');
    }
  },
  readFailed: (run, isLost) => {
    const { client } = run.state;
    client.facts &= ~CLIENT.awaitsContinue;
    // It would be sent again on another connection, which is beyond the model.
    if (isLost && client.exchange.tags.has('replayable') && client.held.length === 0) {
      advance(run, END, 'request.replay');
    }
  },
  deadlineExpired,
};
