import type { IncomingMessage } from 'node:http';

import type { Implementation } from '../../chart/index.js';
import { errors, exchanges, reportFault } from '../../diagnostics.js';
import { HTTPSessionError } from '../../errors/index.js';
import { EXCHANGE, SessionLedger, networkError, testify } from '../../session/index.js';
import { remoteAddressOf, type Clock, type SocketAddress } from '../../transport/index.js';

/** The socket of a connection, as node:http types it. */
export type NodeSocket = IncomingMessage['socket'];

/** The ledger of a connection whose bytes belong to node:http. */
export class SupervisedLedger extends SessionLedger {
  readonly socket: NodeSocket;
  /** The listeners that watch the socket, in the states that invoke the buffer service. */
  watch: SocketWatch | null = null;

  constructor(clock: Clock, socket: NodeSocket) {
    super(clock);
    this.socket = socket;
    // Node.js keeps an address that was asked for while the connection was there.
    if (errors.hasSubscribers || exchanges.hasSubscribers) void socket.remoteAddress;
  }

  override get peer(): SocketAddress | undefined {
    return remoteAddressOf(this.socket);
  }
}

/** Our listeners on a socket of node:http. They change nothing, and are removed with the state. */
export class SocketWatch {
  readonly #ledger: SupervisedLedger;

  constructor(ledger: SupervisedLedger) {
    this.#ledger = ledger;
    const { socket } = ledger;
    socket.on('end', this.#ended).on('error', this.#failed).on('close', this.#closed);
  }

  stop(): void {
    const { socket } = this.#ledger;
    socket.off('end', this.#ended).off('error', this.#failed).off('close', this.#closed);
  }

  readonly #ended = (): void => {
    this.#ledger.endedBy ??= 'fin';
    this.#ledger.notify({ type: 'socket.ended' });
  };

  readonly #failed = (): void => {
    // Reported with the close of the socket, which follows. This listener does not handle the error: node:http does.
  };

  readonly #closed = (): void => {
    this.#ledger.endedBy ??= 'local';
    this.#ledger.notify({ type: 'socket.closed' });
  };
}

/** An event of the session chart. */
type SessionEvent = Parameters<SupervisedLedger['notify']>[0];

/*
 * What the names in the session chart do where node:http owns the bytes: the same chart, but its buffer service only
 * watches, and its actions call on the socket what node:http would call as well.
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
