import type { Implementation } from '../../chart/index.js';
import { reportFault } from '../../diagnostics.js';
import { HTTPSessionError } from '../../errors/index.js';
import { EXCHANGE, networkError, testify } from '../../session/index.js';
import type { NodeSocket, SupervisedLedger } from './supervised-ledger.js';

const kLedger = Symbol('session');

interface SupervisedSocket {
  [kLedger]?: SupervisedLedger;
}

/** The ledgers of sockets that went from one supervised server to another, each by the one that came after it. */
const earlier = new WeakMap<SupervisedLedger, SupervisedLedger>();

/** Attaches a ledger to its socket: a property, as a map would cost every request a look-up. */
export function attachLedger(ledger: SupervisedLedger, to: object = ledger.socket): void {
  const known = ledgerOf(to);
  if (known !== undefined && known !== ledger) earlier.set(ledger, known);
  Object.defineProperty(to, kLedger, { value: ledger, configurable: true });
}

/** The ledger of a socket, of its last server if it had several. */
export function ledgerOf(socket: object): SupervisedLedger | undefined {
  return (socket as SupervisedSocket)[kLedger];
}

/** The ledger that the socket of another one had before, on another server. */
export function ledgerBefore(ledger: SupervisedLedger): SupervisedLedger | undefined {
  return earlier.get(ledger);
}

/* Our listeners on a socket of node:http: the same functions for all of them. They change nothing. */

function ended(this: NodeSocket): void {
  const ledger = ledgerOf(this);
  if (ledger === undefined) return;
  ledger.endedBy ??= 'fin';
  ledger.notify({ type: 'socket.ended' });
}

function closed(this: NodeSocket): void {
  const ledger = ledgerOf(this);
  if (ledger === undefined) return;
  ledger.endedBy ??= 'local';
  ledger.notify({ type: 'socket.closed' });
}

/** An event of the session chart. */
type SessionEvent = Parameters<SupervisedLedger['notify']>[0];

/*
 * What the names in the session chart do where node:http owns the bytes: the same chart, but its buffer service only
 * watches, and its actions call on the socket what node:http would call as well.
 */

function setException(ledger: SupervisedLedger, event: SessionEvent): void {
  const reason = 'exception' in event ? event.exception : 'error' in event ? event.error : undefined;
  ledger.catchUp();
  countBytes(ledger);
  ledger.exception = testify(ledger, reason instanceof HTTPSessionError ? reason : networkError(reason));
}

/** Takes over the counts of node:http, which cost too much to be read at every request. */
export function countBytes(ledger: SupervisedLedger): void {
  ledger.bytesIn = ledger.socket.bytesRead;
  ledger.bytesOut = ledger.socket.bytesWritten;
}

function forget(ledger: SupervisedLedger): void {
  ledger.catchUp();
  countBytes(ledger);
  ledger.forgetExchanges();
  ledger.advance(EXCHANGE.connectionClosed);
}

/** The implementation of the session chart for supervised connections. */
export const supervisedImplementation: Implementation<SupervisedLedger, SessionEvent> = {
  actions: {
    setException,
    clearException: (ledger) => {
      ledger.exception = null;
    },
    attachSocket: (ledger) => {
      ledger.advance(EXCHANGE.connectionOpened);
    },
    detachSocket: forget,
    clearBuffer: () => undefined,
    endWriting: (ledger) => {
      ledger.socket.end();
    },
    closeSocket: (ledger) => {
      ledger.endedBy ??= 'local';
      ledger.socket.destroySoon();
      forget(ledger);
    },
    resetSocket: (ledger) => {
      ledger.endedBy = 'local';
      if ('encrypted' in ledger.socket) ledger.socket.destroy();
      else ledger.socket.resetAndDestroy();
      forget(ledger);
    },
    destroySocket: forget,
  },
  services: {
    bufferService: {
      start: ({ socket }) => {
        socket.on('end', ended).on('close', closed);
      },
      stop: ({ socket }) => {
        socket.off('end', ended).off('close', closed);
      },
    },
    connector: { start: () => undefined, stop: () => undefined },
  },
  transitioned: (ledger, edge) => {
    ledger.transitioned(edge);
  },
  failed: (ledger, error) => {
    reportFault('implementation', error, ledger.id);
  },
};
