import { peerOf } from '../protocol/index.js';
import { IdleQueue } from './idle-queue.js';
import type { ConnectionRegistry, LiveConnection } from './registry.js';
import type { CheckedLimits } from './params.js';

/** Holds a server to its caps on connections, in total and by address. */
export class Admission<TConnection extends LiveConnection> {
  readonly #limits: CheckedLimits;
  readonly #registry: ConnectionRegistry<TConnection>;
  readonly #idle: IdleQueue<TConnection>;
  readonly #peers = new Map<string, number>();
  /** Of connections, and of handshakes. */
  readonly #peerOf = new WeakMap<object, string>();

  constructor(limits: CheckedLimits, registry: ConnectionRegistry<TConnection>) {
    this.#limits = limits;
    this.#registry = registry;
    this.#idle = new IdleQueue(registry.live);
  }

  /** Whether as many connections are live, or in their handshake, as the server may have. */
  get isFull(): boolean {
    const { maxConnections } = this.#limits;
    const { live, handshakes } = this.#registry;
    return maxConnections > 0 && live.size + handshakes.size >= maxConnections;
  }

  /** Whether connections are counted by address. */
  get countsAddresses(): boolean {
    return this.#limits.maxConnectionsPerAddress > 0;
  }

  /** Whether a connection of a remote address may be accepted; with `shedIdle`, closes an idle one for it if necessary. */
  makesRoomFor(address: string | undefined): boolean {
    const { maxConnectionsPerAddress, overload } = this.#limits;
    if (maxConnectionsPerAddress > 0 && address !== undefined) {
      if ((this.#peers.get(this.#peer(address)) ?? 0) >= maxConnectionsPerAddress) return false;
    }
    if (!this.isFull) return true;
    return overload === 'shedIdle' && this.#shedIdle();
  }

  /** Closes connections that have been idle longest until there is room; `false` when too few are idle. */
  #shedIdle(): boolean {
    this.#idle.pay();
    let last: TConnection | undefined;
    while (this.isFull) {
      const oldest = this.#idle.take();
      // One that still sends its last response closes later, and is not idle any more.
      if (oldest === undefined || oldest === last) return false;
      oldest.drain();
      last = oldest;
    }
    return true;
  }

  /** Counts a connection, or a handshake, for its address. */
  admit(connection: object, address: string | undefined): void {
    if (!this.countsAddresses || address === undefined) return;
    const peer = this.#peer(address);
    this.#peers.set(peer, (this.#peers.get(peer) ?? 0) + 1);
    this.#peerOf.set(connection, peer);
  }

  /** Forgets a connection that is gone, or a handshake that is over. */
  release(connection: object): void {
    this.#idle.forget(connection as TConnection);
    const peer = this.#peerOf.get(connection);
    if (peer === undefined) return;
    this.#peerOf.delete(connection);
    const left = (this.#peers.get(peer) ?? 1) - 1;
    if (left > 0) this.#peers.set(peer, left);
    else this.#peers.delete(peer);
  }

  #peer(address: string): string {
    return peerOf(address, this.#limits.ipv6PrefixLength);
  }
}
