import {
  canReadBody,
  canRequest,
  canSendBody,
  CLIENT,
  readBody,
  sendEnd,
  sendPiece,
  sendRequest,
} from './client-role.js';
import { snapshotOf } from '../../../src/chart/actors.js';
import { isAttached, notify, type Run } from './endpoint.js';
import { isAwake, isPipelining, move, type Move } from './move.js';
import { sendRaw } from './owner-moves.js';
import { canFinishSending, canPipeline, finishSending, isTold, pipelineRequest } from './pipelining-role.js';
import { SPEAKS } from './product-state.js';
import { REQUEST_KINDS } from './rules.js';

const requests: readonly Move[] = REQUEST_KINDS.map((kind) =>
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

/** What the client's application may do. */
export const CLIENT_MOVES: readonly Move[] = [
  ...requests,
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
    (run) =>
      isAwake(run, 'client') &&
      isOffer(run) &&
      run.state.client.session.tags.has('usable') &&
      run.state.client.rawSent < run.bounds.rawBytes,
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
    // A user who gets an error, or learns that no further answer will come, gives the session up.
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
  return snapshotOf(state.client.exchange).matches({
    active: { cycle: { request: { offered: 'mightSwitch' } } },
  });
}
