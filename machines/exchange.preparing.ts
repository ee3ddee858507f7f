import { exchangeSetup } from './exchange.setup.js';

/* The states of the exchange chart in which a client makes a connection ready for a request, or keeps it for one. */

/** Until there is a connection that can take the request. */
export const preparing = exchangeSetup.createStateConfig({
  description: 'A client makes the connection ready for its next request.',
  tags: ['preparing'],
  initial: 'fresh',
  on: {
    'connection.opened': '.fresh',
    'connection.closed': '.closed',
    'exchange.fail': '.closed',
    'request.cancel': '.cancelled',
  },
  states: {
    fresh: {
      description: 'Nothing was exchanged on the connection yet.',
      tags: ['idle'],
      on: { 'request.prepared': '#exchange.idle.fresh' },
    },
    reused: {
      description: 'The client looks whether the server still keeps the connection.',
      meta: { timer: 'keepAlive' },
      tags: ['idle', 'reused'],
      on: { 'request.prepared': '#exchange.idle.reused' },
    },
    discarding: {
      description: 'The rest of the response before is read and thrown away.',
      tags: ['responding'],
      initial: 'reusable',
      on: { 'request.prepared': '#exchange.mustClose' },
      states: {
        reusable: {
          description: 'After it, the connection serves the request.',
          on: { 'response.end': '#exchange.preparing.reused' },
        },
        last: {
          description: 'The connection ends with it.',
          tags: ['finishing'],
          on: { 'response.end': '#exchange.preparing.closed' },
        },
      },
    },
    closed: {
      description: 'There is no connection that could serve the request; one is opened.',
      tags: ['over', 'past'],
      on: { 'request.prepared': '#exchange.closed' },
    },
    cancelled: {
      description: 'The user has closed the session: the request is not sent.',
      tags: ['cancelled'],
      initial: 'closed',
      on: { 'connection.opened': '.fresh', 'connection.closed': '.closed', 'exchange.fail': '.closed' },
      states: {
        fresh: {
          description: 'The user has attached another socket.',
          tags: ['idle'],
          on: { 'request.prepared': '#exchange.idle.fresh' },
        },
        closed: {
          description: 'The connection is closed.',
          tags: ['over', 'past'],
          on: { 'request.prepared': '#exchange.closed' },
        },
      },
    },
  },
});

/** From then on until the request is sent, where these are two steps. */
export const reserved = exchangeSetup.createStateConfig({
  description: 'A client keeps the connection for one request, which is sent next.',
  tags: ['idle', 'reserved'],
  initial: 'fresh',
  states: {
    fresh: {
      description: 'Nothing was exchanged on the connection yet.',
      on: { 'request.release': '#exchange.idle.fresh', 'request.head': '#exchange.active' },
    },
    reused: {
      description: 'The client has looked whether the server still keeps the connection.',
      meta: { timer: 'keepAlive' },
      tags: ['reused'],
      on: {
        'request.release': '#exchange.idle.reused',
        'request.head': '#exchange.active.replay.possible',
      },
    },
  },
});
