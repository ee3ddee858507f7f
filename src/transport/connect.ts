import type { LookupFunction, NetConnectOpts, Socket } from 'node:net';
import type * as NodeTls from 'node:tls';

import { net, nodeTls } from './node-modules.js';
import { canShareReading, sharedReading, type OpeningSocket } from './shared-reading.js';
import { Transport } from './transport.js';

/** Where to connect to: a TCP port, or a Unix domain socket (on Windows a named pipe). */
export type ConnectTarget = { readonly host: string; readonly port: number } | { readonly path: string };

/** Options of `tls.connect`. */
export type TLSOptions = NodeTls.ConnectionOptions;

/** Looks a host name up, as `dns.lookup` does. */
export type { LookupFunction };

/** How to connect. */
export interface ConnectOptions {
  /** The local address and port. Default: the system chooses. */
  readonly source?: { readonly address?: string; readonly port?: number } | undefined;
  /** Looks host names up; `dns.lookup` by default. */
  readonly lookup?: LookupFunction | undefined;
  /**
   * Protects the connection with TLS. The certificate must match the host name unless these options say otherwise.
   * `socket` runs TLS inside an existing connection, such as a proxy's tunnel. ALPN default: `http/1.1`.
   */
  readonly tls?: TLSOptions | undefined;
  /**
   * Whether plain connections read into one buffer that all of them share, and hand on borrowed chunks. Saves an
   * allocation per read. `data` listeners of other code do not see borrowed chunks. Default: true.
   */
  readonly shared?: boolean | undefined;
}

/**
 * Opens a connection and returns it as a transport: no-delay set, half-open, not read before it is watched. Does not
 * check host, ports and addresses.
 *
 * Calls exactly one of `done` and `fail`, never before this function returns. After `cancel` it calls neither.
 *
 * @param done - Called when the connection is open and, with TLS, the peer is trusted.
 * @param fail - Called with the system's or TLS's own error.
 * @returns cancel: gives up and destroys the socket. Idempotent; no effect once `done` or `fail` was called.
 */
export function openTransport(
  target: ConnectTarget,
  options: ConnectOptions,
  done: (transport: Transport) => void,
  fail: (error: Error) => void,
): () => void {
  let socket: Socket;
  try {
    socket =
      options.tls === undefined ? connectPlain(target, options) : connectTls(target, options, options.tls);
  } catch (error) {
    return failSoon(error as Error, fail);
  }
  const opened = options.tls === undefined ? 'connect' : 'secureConnect';
  let pending = true;

  const settle = (): boolean => {
    if (!pending) return false;
    pending = false;
    socket.off(opened, onOpened).off('close', onClosed);
    return true;
  };
  const onOpened = (): void => {
    settle();
    const transport = new Transport(socket);
    // Only now: from here on the transport listens for errors.
    socket.off('error', onError);
    done(transport);
  };
  // Stays after a failure or a cancellation, as later errors of the socket do not matter.
  const onError = (error: Error): void => {
    if (settle()) fail(error);
  };
  const onClosed = (): void => {
    if (settle()) fail(closedEarly());
  };

  socket.on(opened, onOpened).on('error', onError).on('close', onClosed);
  return () => {
    if (settle()) socket.destroy();
  };
}

function connectPlain(target: ConnectTarget, options: ConnectOptions): Socket {
  const opening: OpeningSocket = { socket: null };
  const socket: Socket = net.connect({
    ...addressOptions(target, options),
    allowHalfOpen: true,
    noDelay: true,
    ...((options.shared ?? true) && canShareReading ? { onread: sharedReading(opening) } : {}),
  });
  opening.socket = socket;
  // Otherwise reading would start with the connection, before the transport is watched.
  socket.pause();
  return socket;
}

function connectTls(
  target: ConnectTarget,
  options: ConnectOptions,
  secure: NodeTls.ConnectionOptions,
): Socket {
  // Server Name Indication takes names, not addresses (RFC 6066 section 3).
  const serverName = 'host' in target && net.isIP(target.host) === 0 ? { servername: target.host } : {};
  const socket = nodeTls().connect({
    ALPNProtocols: ['http/1.1'],
    ...serverName,
    ...secure,
    ...(addressOptions(target, options) as object),
  });
  return socket.setNoDelay(true);
}

function addressOptions(target: ConnectTarget, options: ConnectOptions): NetConnectOpts {
  if ('path' in target) return { path: target.path };
  const { address, port } = options.source ?? {};
  return {
    host: target.host,
    port: target.port,
    ...(address === undefined ? {} : { localAddress: address }),
    ...(port === undefined ? {} : { localPort: port }),
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
  };
}

/** Some mistakes in TLS options throw. Callers get all failures the same way. */
function failSoon(error: Error, fail: (error: Error) => void): () => void {
  let pending = true;
  process.nextTick(() => {
    if (!pending) return;
    pending = false;
    fail(error);
  });
  return () => {
    pending = false;
  };
}

function closedEarly(): Error {
  return Object.assign(new Error('the connection was closed before it was open'), { code: 'ECONNRESET' });
}
