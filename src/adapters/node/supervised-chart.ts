import type { Implementation } from '../../chart/index.js';
import { reportFault } from '../../diagnostics.js';
import { HTTPSessionError } from '../../errors/index.js';
import { EXCHANGE } from '../../session/core/charts.js';
import { networkError } from '../../session/core/network-errors.js';
import { testify } from '../../session/core/testify.js';
import { SocketWatch, type SupervisedLedger } from './supervised-ledger.js';

/** An event of the session chart. */
type SessionEvent = Parameters<SupervisedLedger['notify']>[0];

/*
 * What the names in the session chart do where the bytes belong to somebody else: the same chart, but its buffer service
 * only watches, and its actions ask the socket for what node:http would ask it for as well.
 */

function setException(ledger: SupervisedLedger, event: SessionEvent): void {
  const reason = 'exception' in event ? event.exception : 'error' in event ? event.error : undefined;
  ledger.exception = testify(ledger, reason instanceof HTTPSessionError ? reason : networkError(reason));
}

function forget(ledger: SupervisedLedger): void {
  ledger.bytesIn = ledger.socket.bytesRead;
  ledger.bytesOut = ledger.socket.bytesWritten;
  ledger.role.socketLost('the connection is gone');
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
      start: (ledger) => {
        ledger.watch = new SocketWatch(ledger);
      },
      stop: (ledger) => {
        ledger.watch?.stop();
        ledger.watch = null;
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
