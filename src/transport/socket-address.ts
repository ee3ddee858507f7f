import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** One end of a connection. */
export interface SocketAddress {
  /** The IP address; of a listener at a Unix domain socket, its path. */
  readonly address: string;
  /** The port; 0 for a Unix domain socket. */
  readonly port: number;
  /** `IPv4`, `IPv6` or `unix`. */
  readonly family: string;
}

/** The ends of a connection, as a proxy in front of this side tells them. */
export interface ConnectionAddresses {
  /** Where the client connected to. */
  readonly local?: SocketAddress | undefined;
  /** Where the client connected from. */
  readonly remote?: SocketAddress | undefined;
}

/** Address of the near end, where the socket has one. */
export function localAddressOf(socket: Duplex): SocketAddress | undefined {
  const { localAddress, localPort, localFamily } = socket as Partial<Socket>;
  return socketAddress(localAddress, localPort, localFamily);
}

/** Address of the far end, where the socket has one. */
export function remoteAddressOf(socket: Duplex): SocketAddress | undefined {
  const { remoteAddress, remotePort, remoteFamily } = socket as Partial<Socket>;
  return socketAddress(remoteAddress, remotePort, remoteFamily);
}

function socketAddress(address?: string, port?: number, family?: string): SocketAddress | undefined {
  if (address === undefined || port === undefined) return undefined;
  return { address, port, family: family ?? (address.includes(':') ? 'IPv6' : 'IPv4') };
}
