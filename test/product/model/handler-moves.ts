import { allows, isAttached, type Run } from './endpoint.js';
import { hasFault, isAwake, move, type Move } from './move.js';
import { READER } from './product-state.js';
import {
  answer,
  canAnswer,
  canReadRequest,
  endAnswer,
  readRequest,
  SERVER,
  switchProtocol,
} from './server-role.js';
import { RESPONSE } from './token.js';

const isHandling = (run: Run): boolean => isAwake(run, 'server') && !hasFault(run, 'handler hangs');

/** What a handler on the server may do. */
export const HANDLER_MOVES: readonly Move[] = [
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
      answer(run, 0);
      endAnswer(run);
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
