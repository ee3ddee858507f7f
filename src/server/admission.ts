import type { ConnectionRegistry, LiveConnection } from './registry.js';
import type { CheckedLimits } from './params.js';

/** Holds a server to its caps on connections, in total and by address. */
export class Admission<TConnection extends LiveConnection> {
  readonly #limits: CheckedLimits;
  readonly #registry: ConnectionRegistry<TConnection>;
  readonly #addresses = new Map<string, number>();
  readonly #addressOf = new WeakMap<TConnection, string>();

  constructor(limits: CheckedLimits, registry: ConnectionRegistry<TConnection>) {
    this.#limits = limits;
    this.#registry = registry;
  }

  /** Whether as many connections are live as the server may have. */
  get isFull(): boolean {
    const { maxConnections } = this.#limits;
    return maxConnections > 0 && this.#registry.live.size >= maxConnections;
  }

  /** Whether a connection of a remote address may be accepted; with `shedIdle`, closes an idle one for it if necessary. */
  makesRoomFor(address: string | undefined): boolean {
    const { maxConnectionsPerAddress, overload } = this.#limits;
    if (maxConnectionsPerAddress > 0 && address !== undefined) {
      if ((this.#addresses.get(address) ?? 0) >= maxConnectionsPerAddress) return false;
    }
    if (!this.isFull) return true;
    return overload === 'shedIdle' && this.#shedIdle();
  }

  /** Closes connections that have been idle longest until there is room; `false` when too few are idle. */
  #shedIdle(): boolean {
    let last: TConnection | undefined;
    while (this.isFull) {
      const oldest = this.#idleLongest();
      // One that still sends its last response closes later, and is not idle any more.
      if (oldest === undefined || oldest === last) return false;
      oldest.drain();
      last = oldest;
    }
    return true;
  }

  #idleLongest(): TConnection | undefined {
    let oldest: TConnection | undefined;
    for (const connection of this.#registry.live) {
      if (connection.activity !== 'idle' && connection.activity !== 'silent') continue;
      if (oldest === undefined || connection.changedAt < oldest.changedAt) oldest = connection;
    }
    return oldest;
  }

  /** Counts a connection for its address. */
  admit(connection: TConnection, address: string | undefined): void {
    if (this.#limits.maxConnectionsPerAddress === 0 || address === undefined) return;
    this.#addresses.set(address, (this.#addresses.get(address) ?? 0) + 1);
    this.#addressOf.set(connection, address);
  }

  /** Forgets a connection that is gone. */
  release(connection: TConnection): void {
    const address = this.#addressOf.get(connection);
    if (address === undefined) return;
    this.#addressOf.delete(connection);
    const left = (this.#addresses.get(address) ?? 1) - 1;
    if (left > 0) this.#addresses.set(address, left);
    else this.#addresses.delete(address);
  }
}
