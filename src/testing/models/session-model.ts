import { EXCHANGE_EVENTS, type ExchangeEventType } from '../../../machines/exchange.events.js';
import { exchangeMachine } from '../../../machines/exchange.machine.js';
import { SESSION_EVENTS, type SessionEvent } from '../../../machines/session.events.js';
import { sessionMachine } from '../../../machines/session.machine.js';
import type { Random } from '../random.js';
import { eventName, finiteMachineOf } from './finite-machine.js';
import type { Model, Payload } from './model.js';

/** The events of the session model: those of the chart, and what becomes of its two services. */
export type SessionModelEvent =
  | Exclude<SessionEvent['type'], `xstate.${string}`>
  | 'connector.done'
  | 'connector.failed'
  | 'bufferService.failed';

/** A text that a session is given, as the reason of an exception. */
function reason(random: Random): Payload {
  return { message: `set by the test: ${random.letters(6)}` };
}

/**
 * The life of a session as its owner sees it. It is the session chart itself, without the services: that the connector has
 * succeeded is the event `connector.done`.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * testModel({ model: sessionModel, driver: memorySessionDriver(), paths: 'pairs', it: test });
 * ```
 */
export const sessionModel: Model<SessionModelEvent> = {
  name: 'session',
  machine: finiteMachineOf(sessionMachine),
  events: SESSION_EVENTS.map((event) => eventName(event) as SessionModelEvent),
  payloads: {
    'exception.set': reason,
    'bufferService.failed': reason,
    'socket.attach': (random) => ({ head: random.letters(random.int(8)) }),
  },
  faults: {
    FIN: ['socket.ended'],
    RST: ['socket.failed'],
    timeout: ['deadline.expired'],
    'local abort': ['session.abort'],
    'local destroy': ['socket.closed'],
    'failing service': ['connector.failed', 'bufferService.failed'],
  },
};

/**
 * The request/response cycle of one connection: the exchange chart itself.
 *
 * @example
 * ```ts
 * const graph = ModelGraph.of(exchangeModel);
 * for (const path of pathsOf(graph, 'shortest')) console.log(pathName(path, graph));
 * ```
 */
export const exchangeModel: Model<ExchangeEventType> = {
  name: 'exchange',
  machine: finiteMachineOf(exchangeMachine),
  events: EXCHANGE_EVENTS,
  payloads: {},
  faults: { 'connection lost': ['connection.closed'], 'broken message': ['exchange.fail'] },
};
