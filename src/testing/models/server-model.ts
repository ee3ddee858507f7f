import { createMachine } from 'xstate';

import type { Random } from '../random.js';
import type { Model, Payload } from './model.js';

/*
 * An HTTP/1.1 server as one of its clients sees it: one connection after another, each event is something that the client
 * does, each state something that it can observe in what comes back.
 */

const EVENTS = [
  'connect',
  'request.get',
  'request.head',
  'request.length',
  'request.chunked',
  'request.pipelined',
  'request.close',
  'request.http10',
  'request.halfClosed',
  'head.begin',
  'head.finish',
  'body.length',
  'body.chunked',
  'body.expect',
  'body.finish',
  'fin',
  'reset',
  'garbage',
  'bad.host',
  'bad.length',
  'bad.framing',
  'wait.idle',
  'wait.head',
  'wait.body',
] as const;

/** The events of the server model. */
export type ServerModelEvent = (typeof EVENTS)[number];

/** A connection on which no request is in progress. */
const IDLE = {
  'request.get': 'reused',
  'request.head': 'reused',
  'request.length': 'reused',
  'request.chunked': 'reused',
  'request.pipelined': 'reused',
  'request.close': '#server.closed',
  'request.http10': '#server.closed',
  'request.halfClosed': '#server.closed',
  'head.begin': 'head',
  'body.length': 'lengthBody',
  'body.chunked': 'chunkedBody',
  'body.expect': 'continued',
  garbage: '#server.refused',
  'bad.host': '#server.refused',
  'bad.length': '#server.refused',
  'bad.framing': '#server.refused',
  'wait.idle': '#server.closed',
} as const;

const BODY = { 'body.finish': 'reused', 'wait.body': '#server.closed' } as const;

const serverMachine = createMachine({
  id: 'server',
  description: 'An HTTP/1.1 server, as a client sees it.',
  initial: 'unconnected',
  states: {
    unconnected: {
      description: 'There has been no connection yet.',
      on: { connect: 'connected' },
    },
    connected: {
      initial: 'fresh',
      on: { fin: 'closed', reset: 'closed' },
      states: {
        fresh: { description: 'Nothing was sent yet, by either side.', on: IDLE },
        reused: { description: 'All requests are answered; the connection is open.', on: IDLE },
        head: {
          description: 'A part of a head was sent; the server waits.',
          on: { 'head.finish': 'reused', garbage: '#server.refused', 'wait.head': '#server.closed' },
        },
        lengthBody: {
          description: 'A part of a body with Content-Length was sent; the server waits.',
          on: BODY,
        },
        chunkedBody: {
          description: 'A part of a chunked body was sent; the server waits.',
          on: { ...BODY, garbage: '#server.refused' },
        },
        continued: {
          description: 'The server has said 100 Continue, and waits for the body.',
          on: BODY,
        },
      },
    },
    refused: {
      description:
        'The request was refused, with a status of 4xx or 5xx or without a word; nothing was served.',
      on: { connect: 'connected' },
    },
    closed: {
      description: 'What was complete was answered, nothing else, and the connection is closed.',
      on: { connect: 'connected' },
    },
  },
});

const MAX_BODY = 3000;

/** Sizes of the first segments that a request is sent in; mostly it is sent in one. */
function cuts(random: Random): readonly number[] {
  return Array.from({ length: random.pick([0, 0, 1, 3]) }, () => 1 + random.int(40));
}

function request(random: Random): Payload {
  return { query: random.letters(4), cuts: cuts(random) };
}

function upload(random: Random): Payload {
  return { ...request(random), body: random.letters(2 + random.int(MAX_BODY)) };
}

function garbage(random: Random): Payload {
  return { text: random.pick(['\u0000\u0001\u0002\u0003', 'no such thing', '\u0016\u0003\u0001 GET']) };
}

/**
 * An HTTP/1.1 server as a client sees it: keep-alive, close, pipelining, bodies, HEAD, 100 Continue, half-close, reset,
 * malformed requests and timeouts.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * const driver = serverDriver({ port: 8080, echo: '/echo' });
 * testModel({ model: serverModel, driver, paths: 'pairs', it: test });
 * ```
 */
export const serverModel: Model<ServerModelEvent> = {
  name: 'server',
  machine: serverMachine,
  events: EVENTS,
  payloads: {
    'request.get': request,
    'request.head': request,
    'request.length': upload,
    'request.chunked': upload,
    'request.pipelined': request,
    'request.close': request,
    'request.http10': request,
    'request.halfClosed': request,
    'head.begin': request,
    'body.length': upload,
    'body.chunked': upload,
    'body.expect': upload,
    garbage,
    'bad.host': request,
    'bad.length': request,
    'bad.framing': request,
  },
  faults: {
    FIN: ['fin'],
    RST: ['reset'],
    garbage: ['garbage', 'bad.host', 'bad.length', 'bad.framing'],
    timeout: ['wait.idle', 'wait.head', 'wait.body'],
  },
  rules: {
    connect: 'a server accepts further connections, whatever became of earlier ones',
    'request.get': 'a connection persists after an answer (RFC 9112 section 9.3)',
    'request.head': 'the answer to HEAD has no content (RFC 9110 section 9.3.2)',
    'request.length': 'a body of Content-Length is read whole (RFC 9112 section 6.2)',
    'request.chunked': 'a chunked body is read whole (RFC 9112 section 7.1)',
    'request.pipelined': 'pipelined requests are answered in their order (RFC 9112 section 9.3.2)',
    'request.close': 'a server closes after the answer to a request that says close (RFC 9112 section 9.6)',
    'request.http10': 'a connection of HTTP/1.0 does not persist unasked (RFC 9112 section 9.3)',
    'request.halfClosed':
      'a complete request is answered, whatever the client says next (RFC 9112 section 9.6)',
    'head.begin': 'a server waits for the end of a head (RFC 9112 section 2.1)',
    'head.finish': 'a head may come in pieces (RFC 9112 section 2.2)',
    'body.length': 'a server waits for all of a body (RFC 9112 section 6.3)',
    'body.chunked': 'a server waits for the last chunk (RFC 9112 section 7.1)',
    'body.expect': 'a server that wants the body says 100 Continue (RFC 9110 section 10.1.1)',
    'body.finish': 'after the body comes the answer, and the next request (RFC 9112 section 9.3)',
    fin: 'an incomplete request is not served, and a half-closed connection is closed (RFC 9112 section 8)',
    reset: 'a client that leaves harms no other (RFC 9112 section 9.5)',
    garbage: 'what is not a request is refused (RFC 9112 section 2.2)',
    'bad.host': 'a request of HTTP/1.1 without Host is answered 400 (RFC 9112 section 3.2)',
    'bad.length': 'contradicting lengths are refused (RFC 9112 section 6.3)',
    'bad.framing': 'Transfer-Encoding beside Content-Length is not served twice (RFC 9112 section 6.1)',
    'wait.idle': 'a server may close an idle connection (RFC 9112 section 9.5)',
    'wait.head': 'a server need not wait for ever for a head (RFC 9110 section 15.5.9)',
    'wait.body': 'a server need not wait for ever for a body (RFC 9110 section 15.5.9)',
  },
};
