import type { SessionEvent } from '../../../machines/index.js';
import type { Implementation } from '../../chart/index.js';
import { errors, exchanges, reportFault } from '../../diagnostics.js';
import { HTTPSessionError } from '../../errors/index.js';
import { keepAddresses, NO_BYTES, type Transport } from '../../transport/index.js';
import { EXCHANGE } from './charts.js';
import { networkError } from './network-errors.js';
import type { DetachedSocket, SessionCore } from './session-core.js';
import { testify } from './testify.js';

/*
 * What the names in the session chart do. One table for all sessions and for both engines; nothing here decides, and
 * nothing outside changes what a session owns.
 */

/** The chart names what needs a transport only where one is attached. */
function attachedTo(core: SessionCore): Transport {
  return core.transport as Transport;
}

function setException(core: SessionCore, event: SessionEvent): void {
  const reason = 'exception' in event ? event.exception : 'error' in event ? event.error : undefined;
  const exception = testify(core, reason instanceof HTTPSessionError ? reason : networkError(reason));
  core.exception = exception;
  core.failWaiters(exception);
}

function clearException(core: SessionCore): void {
  core.exception = null;
}

function attachSocket(core: SessionCore, event: SessionEvent): void {
  const transport = (
    'transport' in event ? event.transport : 'output' in event ? event.output : null
  ) as Transport | null;
  clearBuffer(core);
  if (core.headOfAttached !== null) core.buffer.append(core.headOfAttached);
  core.headOfAttached = null;
  core.transport = transport;
  core.ends = transport;
  if (transport !== null && (errors.hasSubscribers || exchanges.hasSubscribers)) keepAddresses(transport);
  core.bytesIn = core.buffer.length;
  if (transport !== null) keepUnread(core, transport);
  core.advance(EXCHANGE.connectionOpened);
}

/**
 * Keeps what a paused socket had read before it was lost: Node.js holds on to it, and never delivers it. After a reset
 * by the peer, a caller can still read what had come before.
 */
function keepUnread(core: SessionCore, { socket }: Transport): void {
  const unread: unknown = socket.destroyed && socket.readableLength > 0 ? socket.read() : null;
  if (Buffer.isBuffer(unread)) core.unshift(unread);
}

function detachSocket(core: SessionCore): void {
  const transport = attachedTo(core);
  core.flush();
  const head = Buffer.concat([core.role.untakenHead?.() ?? NO_BYTES, core.buffer.drain()]);
  const { socket, unread } = transport.release(core.takeArrived());
  core.detachedSocket = { socket, head: unread.length === 0 ? head : Buffer.concat([head, unread]) };
  core.forgetTransport('the socket was detached');
}

function clearBuffer(core: SessionCore): void {
  core.buffer.clear();
  core.takeArrived();
  core.startAfresh();
}

function endWriting(core: SessionCore): void {
  core.flush();
  attachedTo(core).end();
}

function closeSocket(core: SessionCore): void {
  core.endedBy ??= 'local';
  core.flush();
  attachedTo(core).close(core.clock, core.role.isPeerDone?.());
  core.forgetTransport('the session was closed');
}

function resetSocket(core: SessionCore): void {
  core.endedBy = 'local';
  attachedTo(core).reset();
  core.forgetTransport('the session was aborted', true);
}

function destroySocket(core: SessionCore): void {
  const transport = attachedTo(core);
  keepUnread(core, transport);
  // What was joined is the old socket's, also where another one takes its place.
  if (!transport.socket.destroyed) core.flush();
  transport.destroy();
  core.forgetTransport('the connection was closed');
}

/** The one implementation of the session chart. */
export const sessionImplementation: Implementation<SessionCore, SessionEvent> = {
  actions: {
    setException,
    clearException,
    attachSocket,
    detachSocket,
    clearBuffer,
    endWriting,
    closeSocket,
    resetSocket,
    destroySocket,
  },
  services: {
    bufferService: {
      start: (core) => {
        attachedTo(core).watch(core);
      },
      stop: (core) => {
        attachedTo(core).unwatch();
      },
    },
    connector: {
      start: (core) => {
        core.connector?.start(core);
      },
      stop: (core) => {
        core.connector?.stop();
      },
    },
  },
  transitioned: (core, edge) => {
    core.transitioned(edge);
  },
  failed: (core, error) => {
    reportFault('implementation', error, core.id);
  },
};

/**
 * Takes the socket out of a session.
 *
 * @throws InvalidStateError where the chart does not allow it, or a byte would be lost.
 */
export function detach(core: SessionCore, call: string): DetachedSocket {
  // The event would be processed only after this call returns, and the socket would be lost.
  if (core.isSending) throw core.illegal(call, 'a transition is in progress');
  core.permit(call, 'socket.detach');
  const reason = core.role.reasonToKeepSocket?.();
  if (reason !== undefined) throw core.illegal(call, reason);
  core.notify({ type: 'socket.detach' });
  const detached = core.detachedSocket;
  core.detachedSocket = null;
  if (detached === null) throw core.illegal(call);
  return detached;
}
