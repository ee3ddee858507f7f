import { createMachine } from 'xstate';

import type { Random } from '../random.js';
import type { Model, Payload } from './model.js';

/*
 * An HTTP/1.1 client as the server that it asks sees it. `ask` is what its user does, everything else what the server does.
 */

const EVENTS = [
  'ask.get',
  'ask.post',
  'answer.length',
  'answer.chunked',
  'answer.empty',
  'answer.close',
  'answer.untilClose',
  'answer.surplus',
  'interim',
  'begin.length',
  'begin.chunked',
  'finish',
  'fin',
  'reset',
  'garbage',
  'stall',
] as const;

/** The events of the client model. */
export type ClientModelEvent = (typeof EVENTS)[number];

const ASK = { 'ask.get': '#client.asked', 'ask.post': '#client.asked' } as const;

const LOST = { fin: '#client.lost', reset: '#client.lost', stall: '#client.lost' } as const;

const clientMachine = createMachine({
  id: 'client',
  description: 'An HTTP/1.1 client, as its user and a server see it.',
  initial: 'ready',
  states: {
    ready: {
      description: 'Nothing was asked yet.',
      on: ASK,
    },
    asked: {
      description: 'The server has got a whole request; the user waits.',
      on: {
        ...LOST,
        'answer.length': 'answered.open',
        'answer.chunked': 'answered.open',
        'answer.empty': 'answered.open',
        'answer.close': 'answered.closed',
        'answer.untilClose': 'answered.closed',
        'answer.surplus': 'answered.tainted',
        interim: 'asked',
        'begin.length': 'answering.length',
        'begin.chunked': 'answering.chunked',
        garbage: 'lost',
      },
    },
    answering: {
      on: { ...LOST, finish: 'answered.open' },
      initial: 'length',
      states: {
        length: {
          description: 'A part of a body with Content-Length was sent; the user has no whole answer.',
        },
        chunked: {
          description: 'A part of a chunked body was sent; the user has no whole answer.',
          on: { garbage: '#client.lost' },
        },
      },
    },
    answered: {
      initial: 'open',
      states: {
        open: {
          description: 'The user has the answer; the server has left the connection open.',
          on: { ...ASK, fin: 'closed', reset: 'closed' },
        },
        closed: {
          description: 'The user has the answer; the server has closed the connection.',
          on: ASK,
        },
        tainted: {
          description: 'The user has the answer; the server has sent another one that was not requested.',
          on: ASK,
        },
      },
    },
    lost: {
      description: 'There is no answer: the user got an error, or the request was retried.',
      on: ASK,
    },
  },
});

const MAX_BODY = 3000;

function text(random: Random): Payload {
  return { body: random.letters(2 + random.int(MAX_BODY)) };
}

/**
 * An HTTP/1.1 client as a server sees it: bodies of all framings, 1xx, keep-alive, close, half-close, reset, malformed,
 * truncated and superfluous answers, silence.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * const driver = clientDriver({
 *   ask: async ({ url, method }) => ({ body: await (await fetch(url, { method })).text() }),
 * });
 * testModel({ model: clientModel, driver, it: test });
 * ```
 */
export const clientModel: Model<ClientModelEvent> = {
  name: 'client',
  machine: clientMachine,
  events: EVENTS,
  payloads: {
    'ask.post': text,
    'answer.length': text,
    'answer.chunked': text,
    'answer.close': text,
    'answer.untilClose': text,
    'answer.surplus': text,
    interim: (random) => ({ status: random.pick([100, 102, 103]) }),
    'begin.length': text,
    'begin.chunked': text,
    garbage: (random) => ({
      text: random.pick(['\u0000\u0001\u0002', 'no such thing', '\u0016\u0003\u0001']),
    }),
  },
  faults: {
    FIN: ['fin'],
    RST: ['reset'],
    garbage: ['garbage', 'answer.surplus'],
    timeout: ['stall'],
  },
  rules: {
    'ask.get': 'a request is sent whole, on a connection that is open (RFC 9112 section 9.3)',
    'ask.post': 'a body is framed by what the head says (RFC 9112 section 6)',
    'answer.length': 'a body of Content-Length is read whole (RFC 9112 section 6.3)',
    'answer.chunked': 'a chunked body is read whole (RFC 9112 section 7.1)',
    'answer.empty': '204 has no content (RFC 9110 section 15.3.5)',
    'answer.close': 'after close no further request is sent (RFC 9112 section 9.6)',
    'answer.untilClose': 'without a length the close is the end of the body (RFC 9112 section 6.3)',
    'answer.surplus':
      'an answer that was not requested does not answer a later request (RFC 9112 section 9.2)',
    interim: 'interim responses precede the final one (RFC 9110 section 15.2)',
    'begin.length': 'a client waits for all of a body (RFC 9112 section 6.3)',
    'begin.chunked': 'a client waits for the last chunk (RFC 9112 section 7.1)',
    finish: 'a body may come in pieces (RFC 9112 section 6.3)',
    fin: 'an incomplete message is not taken for a complete one (RFC 9112 section 8)',
    reset: 'an incomplete message is not taken for a complete one (RFC 9112 section 8)',
    garbage: 'what is not a response is not taken for one (RFC 9112 section 2.2)',
    stall: 'a client need not wait for ever (RFC 9112 section 9.5)',
  },
};
