import { setup } from 'xstate';

import type { TunnelAction, TunnelEvent, TunnelTag } from './tunnel.events.js';

/*
 * One connection to an origin through a proxy, from the dial to the session that is handed over.
 *
 * THEORY OF OPERATION
 *
 * A connection to the proxy is dialled, protected with TLS where the proxy's URL says `https:`, and asked with CONNECT. A 2xx
 * opens the tunnel: from there on the bytes are the origin's, and TLS with the origin runs inside.
 *
 * A challenge (407) is answered once. The states within `challenged` have no transition for a second one: it is a refusal, so
 * the same credentials are never sent twice in vain. The answer goes on the same connection, or on a new one where the proxy
 * has closed that. A proxy that closes without an answer is not dialled again: that is left to a retry policy.
 *
 * Every pending state leads to an end on a failure, at the one deadline that limits them all, and on a cancellation; each of
 * these drops what is left of the connection. A state names the hop that is at fault, and the error says its name.
 */

const inertAction = (): void => undefined;

const inertActions: Record<TunnelAction, () => void> = {
  dialProxy: inertAction,
  secureProxy: inertAction,
  sendConnect: inertAction,
  enterTunnel: inertAction,
  secureOrigin: inertAction,
  handOver: inertAction,
  reportFailure: inertAction,
  reportTimeout: inertAction,
  dropConnection: inertAction,
};

const ENDS = {
  'attempt.failed': { target: '#tunnel.failed', actions: ['reportFailure', 'dropConnection'] },
  'deadline.expired': { target: '#tunnel.failed', actions: ['reportTimeout', 'dropConnection'] },
  'tunnel.cancel': { target: '#tunnel.cancelled', actions: 'dropConnection' },
} as const;

const REFUSED = { target: '#tunnel.refused', actions: ['reportFailure', 'dropConnection'] } as const;
const OPENED = { target: '#tunnel.open', actions: 'enterTunnel' } as const;

/**
 * The tunnel chart.
 *
 * @example
 * ```ts
 * import { initialTransition } from 'xstate';
 *
 * const [state] = initialTransition(tunnelMachine);
 * console.log(state.value); // dialling
 * ```
 */
export const tunnelMachine = setup({
  types: { events: {} as TunnelEvent, tags: {} as TunnelTag },
  actions: inertActions,
}).createMachine({
  id: 'tunnel',
  description: 'One connection to an origin through a proxy.',
  initial: 'dialling',
  states: {
    dialling: {
      description: 'The connection to the proxy is being opened.',
      tags: ['pending', 'proxy'],
      meta: { timer: 'connect' },
      on: {
        ...ENDS,
        'proxy.dialled': { target: 'securingProxy', actions: 'secureProxy' },
        'proxy.connected': { target: 'asked', actions: 'sendConnect' },
      },
    },
    securingProxy: {
      description: 'TLS with the proxy is being negotiated.',
      tags: ['pending', 'proxy'],
      meta: { timer: 'connect' },
      on: { ...ENDS, 'proxy.connected': { target: 'asked', actions: 'sendConnect' } },
    },
    asked: {
      description: 'The proxy has the CONNECT request.',
      tags: ['pending', 'proxy', 'asking'],
      meta: { timer: 'connect' },
      on: {
        ...ENDS,
        'tunnel.opened': OPENED,
        'challenge.kept': { target: 'challenged.asked', actions: 'sendConnect' },
        'challenge.closed': { target: 'challenged.dialling', actions: 'dialProxy' },
        'proxy.refused': REFUSED,
      },
    },
    challenged: {
      description: 'The proxy wants credentials, which are sent once.',
      initial: 'asked',
      states: {
        dialling: {
          description:
            'The proxy has closed the connection after its challenge; another one is being opened.',
          tags: ['pending', 'proxy', 'answering'],
          meta: { timer: 'connect' },
          on: {
            ...ENDS,
            'proxy.dialled': { target: 'securingProxy', actions: 'secureProxy' },
            'proxy.connected': { target: 'asked', actions: 'sendConnect' },
          },
        },
        securingProxy: {
          description: 'TLS with the proxy is being negotiated on that connection.',
          tags: ['pending', 'proxy', 'answering'],
          meta: { timer: 'connect' },
          on: { ...ENDS, 'proxy.connected': { target: 'asked', actions: 'sendConnect' } },
        },
        asked: {
          description: 'The proxy has the CONNECT request with the credentials.',
          tags: ['pending', 'proxy', 'asking', 'answering'],
          meta: { timer: 'connect' },
          on: { ...ENDS, 'tunnel.opened': OPENED, 'proxy.refused': REFUSED },
        },
      },
    },
    open: {
      description: 'The proxy forwards bytes to the origin.',
      tags: ['pending', 'origin'],
      meta: { timer: 'connect' },
      on: {
        ...ENDS,
        'origin.secure': { target: 'securingOrigin', actions: 'secureOrigin' },
        'origin.connected': { target: 'ready', actions: 'handOver' },
      },
    },
    securingOrigin: {
      description: 'TLS with the origin is being negotiated inside the tunnel.',
      tags: ['pending', 'origin'],
      meta: { timer: 'connect' },
      on: { ...ENDS, 'origin.connected': { target: 'ready', actions: 'handOver' } },
    },
    ready: {
      description: 'The session was handed over, and can take a request.',
      tags: ['over'],
    },
    refused: {
      description: 'The proxy has answered that it opens no tunnel.',
      tags: ['over', 'proxy'],
    },
    failed: {
      description: 'A connection failed, or it took too long.',
      tags: ['over'],
    },
    cancelled: {
      description: 'The tunnel is not needed any more.',
      tags: ['over'],
    },
  },
});
