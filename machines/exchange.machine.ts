import { preparing, reserved } from './exchange.preparing.js';
import { exchangeSetup } from './exchange.setup.js';

/*
 * The request/response cycle on one connection, for both roles: what is sent by one side is received by the other.
 *
 * THEORY OF OPERATION
 *
 * A connection is `idle` until a request head begins a cycle. A head that comes in pieces is `idle.receiving` from its
 * first byte on: code that closes idle connections must spare it, as a request is on it. While a cycle
 * is `active`, regions run side by side:
 *
 * - `keepAlive` is on until either side says otherwise, and never turns on again (RFC 9112 section 9.3).
 * - `replay` says whether the request may be retried on a fresh connection. It is possible only when the
 *   cycle began on a connection that had already completed one, as only there a close may have crossed with the
 *   request; the first sign of an answer, or a body that cannot be produced again, ends the possibility.
 *   A cycle on a fresh connection never has it, so that a request is sent twice at the most.
 * - `cycle` is the two messages, request and response.
 *
 * The message's end is the only thing that permits the next message: when both regions of the cycle are final,
 * XState raises the done event of `cycle`. With keep-alive on, that event leads to `idle.reused`; with keep-alive
 * off, the region `keepAlive` takes it first (it stands earlier in the document) and leads to `mustClose`. The
 * chart itself decides, there is no guard and no flag.
 *
 * A client may have to make the connection ready before it sends a request: look whether the server has left, read what
 * is left of the response before, or connect. Meanwhile the cycle is in `preparing`, whose sub-states say what there is
 * of a connection, and no other request can begin. If the user closes the session, the preparation is `cancelled`,
 * whatever becomes of the connection after that, and the request is not sent.
 *
 * A pool takes a connection for a request before it hands it over: `reserved` is a connection that was looked at, as in
 * `preparing`, and that nothing but one request may use. The reservation ends with that request, with `request.release`,
 * or with the connection.
 *
 * A response may finish before its request: the request region continues until `request.end` (the rest was
 * read and thrown away) or `request.abandon` (it never will be), and only then is the cycle over.
 *
 * A request that waits for `100 Continue` and is answered by a final response instead is `refused`: its body is
 * not sent, or not to be trusted to be absent, and so the connection ends with the response (RFC 9110 section
 * 10.1.1; an explicit edge, because implementations lose count here).
 *
 * An offer to switch protocols (Upgrade or CONNECT) is `offered` until the response accepts it (`response.switch`)
 * or begins in any other way, which declines it (RFC 9110 section 7.8). `replay` has no edge for it: it leaves the
 * cycle as a whole, and of two regions that take one event to different places the earlier would win.
 *
 * A state in which one side waits for the other names the timer that limits it, in `meta.timer`; what it is set to
 * belongs to the session. A server arms what the state names, at the end of a step: a step that passes through several
 * states arms one deadline. Two timers need more than a state: `bodyProgress` and `continue` run only while the handler
 * reads, and `sendProgress` only while output is blocked. Reads and writes are not events of this chart, as they would
 * be events per chunk. A client arms `keepAlive` where the state names it; its `continue`, `send` and `receive` run
 * while its user waits, whatever the state. `docs/limits.md` is generated from these names.
 */

const idle = exchangeSetup.createStateConfig({
  description: 'No request is in progress; one may begin.',
  tags: ['idle'],
  initial: 'fresh',
  on: {
    'connection.close': 'mustClose',
  },
  states: {
    fresh: {
      description: 'Nothing was exchanged on this connection yet.',
      meta: { timer: 'firstByte' },
      on: {
        'request.prepare': '#exchange.preparing.fresh',
        'request.reserve': '#exchange.reserved.fresh',
        'request.begin': 'receiving.fresh',
        'request.head': '#exchange.active',
      },
    },
    reused: {
      description: 'The connection has completed a cycle and was kept alive.',
      meta: { timer: 'keepAlive' },
      tags: ['reused'],
      on: {
        'request.prepare': '#exchange.preparing.reused',
        'request.reserve': '#exchange.reserved.reused',
        'request.begin': 'receiving.reused',
        'request.head': '#exchange.active.replay.possible',
      },
    },
    receiving: {
      description: 'The head of a request is arriving in pieces.',
      meta: { timer: 'head' },
      tags: ['receiving'],
      initial: 'fresh',
      states: {
        fresh: {
          description: 'It is the first one of this connection.',
          on: { 'request.head': '#exchange.active' },
        },
        reused: {
          description: 'The connection was kept alive for it.',
          tags: ['reused'],
          on: { 'request.head': '#exchange.active.replay.possible' },
        },
      },
    },
  },
});

const keepAlive = exchangeSetup.createStateConfig({
  description: 'Whether the connection outlives this cycle.',
  initial: 'on',
  states: {
    on: {
      description: 'Another request may follow.',
      on: { 'connection.close': 'off', 'request.abandon': 'off' },
    },
    off: {
      description: 'The connection ends with this cycle.',
      tags: ['finishing'],
      on: {
        'connection.close': 'off',
        'request.prepare': '#exchange.preparing.discarding.last',
        'xstate.done.state.exchange.active.cycle': '#exchange.mustClose',
      },
    },
  },
});

const replay = exchangeSetup.createStateConfig({
  description: 'Whether the request may be retried on a new connection.',
  initial: 'impossible',
  states: {
    impossible: { description: 'It may not.' },
    possible: {
      description: 'The connection was reused and nothing was answered.',
      tags: ['replayable'],
      on: {
        'request.stream': 'impossible',
        'response.interim': 'impossible',
        'response.continue': 'impossible',
        'response.head': 'impossible',
        'request.replay': '#exchange.idle.fresh',
      },
    },
  },
});

const offered = exchangeSetup.createStateConfig({
  description: 'The request offers to switch to another protocol.',
  initial: 'body',
  states: {
    awaitingContinue: {
      description: 'The body waits for 100 Continue.',
      tags: ['requesting', 'awaitingContinue'],
      on: {
        'response.continue': 'continued',
        'request.stream': 'body',
        'request.end': 'mightSwitch',
        'request.abandon': '#exchange.active.cycle.request.abandoned',
        'response.head': '#exchange.active.cycle.request.refused',
      },
    },
    continued: {
      description: 'The body may come, 100 Continue was sent; it has not begun.',
      meta: { timer: 'continue' },
      tags: ['requesting', 'continued'],
      on: {
        'request.stream': 'body',
        'request.end': 'mightSwitch',
        'request.abandon': '#exchange.active.cycle.request.abandoned',
        'response.head': '#exchange.active.cycle.request.body',
      },
    },
    body: {
      description: 'The body is on its way.',
      tags: ['requesting'],
      meta: { timer: 'bodyProgress' },
      on: {
        'request.stream': 'body',
        'request.end': 'mightSwitch',
        'request.abandon': '#exchange.active.cycle.request.abandoned',
        'response.head': '#exchange.active.cycle.request.body',
      },
    },
    mightSwitch: {
      description: 'The request is complete; the response decides about the switch.',
      on: {
        'response.switch': '#exchange.switched',
        'response.head': '#exchange.active.cycle.request.done',
      },
    },
  },
});

const request = exchangeSetup.createStateConfig({
  description: 'The request, from client to server.',
  initial: 'body',
  states: {
    body: {
      description: 'The head is complete, the body may be on its way.',
      meta: { timer: 'bodyProgress' },
      tags: ['requesting'],
      on: {
        'request.expect': 'awaitingContinue',
        'request.offer': 'offered',
        'request.stream': 'body',
        'request.end': 'done',
        'request.abandon': 'abandoned',
      },
    },
    awaitingContinue: {
      description: 'The body waits for 100 Continue or for the patience of the client to end.',
      tags: ['requesting', 'awaitingContinue'],
      on: {
        'request.offer': 'offered.awaitingContinue',
        'response.continue': 'continued',
        'request.stream': 'body',
        'request.end': 'done',
        'request.abandon': 'abandoned',
        'response.head': 'refused',
      },
    },
    continued: {
      description: 'The body may come, 100 Continue was sent; it has not begun.',
      meta: { timer: 'continue' },
      tags: ['requesting', 'continued'],
      on: {
        'request.stream': 'body',
        'request.end': 'done',
        'request.abandon': 'abandoned',
      },
    },
    offered,
    refused: {
      description:
        'A final response came instead of 100 Continue; a body that comes all the same may be read.',
      meta: { timer: 'bodyProgress' },
      tags: ['finishing'],
      on: {
        'connection.close': 'refused',
        'request.prepare': '#exchange.preparing.discarding.last',
        'response.end': '#exchange.mustClose',
      },
    },
    abandoned: {
      type: 'final',
      description: 'The rest of the request will never be sent, or never be read.',
    },
    done: {
      type: 'final',
      description: 'The request is complete.',
    },
  },
});

const response = exchangeSetup.createStateConfig({
  description: 'The response, from server to client.',
  initial: 'waiting',
  states: {
    waiting: {
      description: 'The final response has not begun; any number of interim responses may come.',
      tags: ['responding', 'unanswered'],
      on: {
        'response.interim': 'waiting',
        'response.continue': 'waiting',
        'response.head': 'body',
      },
    },
    body: {
      description: 'The head is complete, the body may be on its way.',
      meta: { timer: 'sendProgress' },
      tags: ['responding'],
      on: { 'response.end': 'done' },
    },
    done: {
      type: 'final',
      description: 'The response is complete.',
    },
  },
});

const active = exchangeSetup.createStateConfig({
  description: 'A request or its response is in progress.',
  type: 'parallel',
  on: { 'request.prepare': '#exchange.preparing.discarding.reusable' },
  states: {
    keepAlive,
    replay,
    cycle: {
      description: 'The two messages; both complete is what ends the cycle.',
      type: 'parallel',
      onDone: '#exchange.idle.reused',
      states: { request, response },
    },
  },
});

/** The exchange chart: one request/response cycle after another on one connection. */
export const exchangeMachine = exchangeSetup.createMachine({
  id: 'exchange',
  description: 'The request/response cycle of one connection.',
  initial: 'idle',
  on: {
    'connection.opened': '.idle',
    'connection.closed': '.closed',
    'exchange.fail': '.error',
  },
  states: {
    idle,
    preparing,
    reserved,
    active,
    mustClose: {
      description: 'The last cycle is complete; the connection is to be closed.',
      tags: ['over', 'past'],
      on: { 'connection.close': 'mustClose', 'request.prepare': 'preparing.closed' },
    },
    switched: {
      description: 'The connection speaks another protocol now.',
      tags: ['over'],
      on: { 'request.prepare': 'preparing.closed' },
    },
    error: {
      description: 'A message broke the rules; nothing that follows can be trusted.',
      tags: ['over', 'finishing'],
      on: { 'connection.close': 'error', 'request.prepare': 'preparing.closed' },
    },
    closed: {
      description: 'There is no connection.',
      tags: ['over', 'past'],
      on: { 'exchange.fail': 'closed', 'request.prepare': 'preparing.closed' },
    },
  },
});
