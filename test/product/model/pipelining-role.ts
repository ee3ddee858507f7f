import { arm, isAttached, notify, send, type RoleModel, type Run } from './endpoint.js';
import { READER, SOCKET, type ProductState } from './product-state.js';
import type { RequestKind } from './rules.js';
import { FIN, kindOf, numberOf, REQUEST, RESPONSE, saysOf, tokenOf, type Token } from './token.js';

/*
 * A client that pipelines. No client session does; this one speaks HTTP over the raw bytes of a session (`write()` and
 * `read()`), and tells the responses apart by their order alone, as every client on HTTP/1.1 has to. It knows no
 * exchange chart, so that what is explored is the server's.
 */

/** Facts of the responses. */
export const PIPELINE = {
  /** A head has come, the end of its response has not. */
  isReading: 1,
  /** A response was the last one: what was sent after its request is lost, and the client knows it. */
  isTold: 2,
  /** A request has said that it is the last one. */
  isLast: 4,
} as const;

const END = 'client';

/** Whether a further request may leave before the responses to the ones before have come. */
export function canPipeline({ state, bounds }: Run): boolean {
  const { client } = state;
  return (
    client.session.name === 'connected.open' &&
    client.socket === SOCKET.open &&
    (client.facts & (PIPELINE.isTold | PIPELINE.isLast)) === 0 &&
    state.sent - client.current < bounds.pipelining
  );
}

/** Sends a request in one piece, its body included. */
export function pipelineRequest(run: Run, kind: RequestKind): void {
  if (run.state.client.heardFin) run.broken ??= 'request after FIN';
  const number = ++run.state.sent;
  const flags = kind === 'body' ? REQUEST.body : kind === 'close' ? REQUEST.close : 0;
  if (kind === 'pieces') send(run, END, tokenOf('requestBegin', number));
  send(run, END, tokenOf('requestHead', number, flags));
  if (kind === 'body') {
    send(run, END, tokenOf('requestBody', number));
    send(run, END, tokenOf('requestEnd', number));
  }
  if (kind === 'close') run.state.client.facts |= PIPELINE.isLast;
  awaitAnswer(run);
}

/** Whether this client can finish sending, as `socket.end()` does, and still wait for its answers. */
export function canFinishSending({ client, sent }: ProductState): boolean {
  return isAttached(client) && client.socket === SOCKET.open && sent > client.current;
}

export function finishSending(run: Run): void {
  send(run, END, FIN);
}

/** Whether the server has said that no further answer comes. */
export function isTold({ state }: Run): boolean {
  return (state.client.facts & (PIPELINE.isTold | PIPELINE.isReading)) === PIPELINE.isTold;
}

function awaitAnswer(run: Run): void {
  const { client, sent } = run.state;
  client.reader = READER.role;
  client.resting = READER.role;
  if (sent > client.current) arm(run, END, 'receive');
  else client.timer = 0;
}

function bytesArrived(run: Run): void {
  const { client } = run.state;
  for (let token = client.held.shift(); token !== undefined; token = client.held.shift()) take(run, token);
  if (client.reader === READER.role) awaitAnswer(run);
}

function take(run: Run, token: Token): void {
  const { client } = run.state;
  const kind = kindOf(token);
  if (kind === 'continue') return;
  const isExpected = (client.facts & PIPELINE.isReading) === 0 ? 'responseHead' : 'responseEnd';
  if (kind !== isExpected || numberOf(token) !== client.current + 1) {
    run.broken ??= 'attribution';
    return;
  }
  if (saysOf(token, RESPONSE.close)) client.facts |= PIPELINE.isTold;
  if (kind === 'responseHead' && !saysOf(token, RESPONSE.whole)) client.facts |= PIPELINE.isReading;
  else {
    client.facts &= ~PIPELINE.isReading;
    client.current++;
    run.narrate?.(END, 'client application', `response ${String(numberOf(token))}`);
  }
}

/** The client's role as a user who pipelines plays it. */
export const pipeliningRole: RoleModel = {
  bytesArrived,
  bodyArrived: bytesArrived,
  streamEnded: (run) => {
    notify(run, END, 'session.close');
  },
  bodyEnded: () => undefined,
  streamEndedUnread: (run) => {
    notify(run, END, 'session.close');
  },
  readFailed: () => undefined,
  deadlineExpired: (run) => {
    notify(run, END, 'deadline.expired');
  },
};
