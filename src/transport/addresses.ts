import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { net } from './node-modules.js';

/** One end of a connection. */
export interface SocketAddress {
  /** The IP address; of a listener at a Unix domain socket, its path. */
  readonly address: string;
  /** The port; 0 for a Unix domain socket. */
  readonly port: number;
  /** `IPv4`, `IPv6` or `unix`. */
  readonly family: string;
}

/** The ends of a connection as reported by a proxy in front of this side. */
export interface ConnectionAddresses {
  /** The address the client connected to. */
  readonly local?: SocketAddress | undefined;
  /** The address the client connected from. */
  readonly remote?: SocketAddress | undefined;
}

/** What has addresses that can be replaced: a transport. */
interface Addressed {
  readonly localAddress: SocketAddress | undefined;
  readonly remoteAddress: SocketAddress | undefined;
  overrideAddresses(addresses: ConnectionAddresses): void;
}

/** Keeps the addresses of a connection, which the system forgets with it. To ask it costs some microseconds. */
export function keepAddresses(connection: Addressed): void {
  connection.overrideAddresses({ local: connection.localAddress, remote: connection.remoteAddress });
}

/** The address of the near end, if the socket has one. */
export function localAddressOf(socket: Duplex): SocketAddress | undefined {
  const { localAddress, localPort, localFamily } = socket as Partial<Socket>;
  return socketAddress(localAddress, localPort, localFamily);
}

/** The address of the far end, if the socket has one. */
export function remoteAddressOf(socket: Duplex): SocketAddress | undefined {
  const { remoteAddress, remotePort, remoteFamily } = socket as Partial<Socket>;
  return socketAddress(remoteAddress, remotePort, remoteFamily);
}

function socketAddress(address?: string, port?: number, family?: string): SocketAddress | undefined {
  if (address === undefined || port === undefined) return undefined;
  return { address, port, family: family ?? (address.includes(':') ? 'IPv6' : 'IPv4') };
}

/** The entry for peers of Unix domain sockets, which have no addresses. */
const UNIX_PEERS = 'unix';

/** A list of peers: IP addresses, networks such as `10.0.0.0/8`, and `unix` for peers of Unix domain sockets. */
export class TrustList {
  readonly #addresses = new net.BlockList();
  readonly #hasUnixPeers: boolean;

  /** @throws TypeError for an entry that is none of these. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      if (entry !== UNIX_PEERS) this.#add(entry);
    }
    this.#hasUnixPeers = entries.includes(UNIX_PEERS);
  }

  /** Whether a peer is in the list. An IPv4 address matches in its IPv6-mapped form as well; zones are ignored. */
  has(peer: SocketAddress): boolean {
    if (peer.family === UNIX_PEERS) return this.#hasUnixPeers;
    const [address = ''] = peer.address.split('%');
    const version = net.isIP(address);
    return version !== 0 && this.#addresses.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }

  #add(entry: unknown): void {
    const [, address = '', prefix] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(String(entry)) ?? [];
    const version = net.isIP(address);
    if (version === 0 || Number(prefix ?? 0) > (version === 4 ? 32 : 128)) {
      throw new TypeError(
        `trusted peer: must be an IP address, a network or '${UNIX_PEERS}' (got ${JSON.stringify(entry)})`,
      );
    }
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) this.#addresses.addAddress(address, family);
    else this.#addresses.addSubnet(address, Number(prefix), family);
  }
}
