import type { ConnectionRegistry, LiveConnection } from './registry.js';
import type { CheckedLimits } from './params.js';

/** Who may come in: the caps of a server on connections, in all and of one address. */
export class Admission<TConnection extends LiveConnection> {
  readonly #limits: CheckedLimits;
  readonly #registry: ConnectionRegistry<TConnection>;
  readonly #addresses = new Map<string, number>();
  readonly #addressOf = new WeakMap<TConnection, string>();

  constructor(limits: CheckedLimits, registry: ConnectionRegistry<TConnection>) {
    this.#limits = limits;
    this.#registry = registry;
  }

  /** Whether as many connections are live as there may be. */
  get isFull(): boolean {
    const { maxConnections } = this.#limits;
    return maxConnections > 0 && this.#registry.live.size >= maxConnections;
  }

  /** Whether a connection from a remote address may come in, if need be in the place of an idle one. */
  admits(address: string | undefined): boolean {
    const { maxConnectionsPerAddress, overload } = this.#limits;
    if (maxConnectionsPerAddress > 0 && address !== undefined) {
      if ((this.#addresses.get(address) ?? 0) >= maxConnectionsPerAddress) return false;
    }
    if (!this.isFull) return true;
    return overload === 'shedIdle' && this.#shedIdle();
  }

  /** Closes the connection that has been idle longest; `false` when none is idle. */
  #shedIdle(): boolean {
    let last: TConnection | undefined;
    while (this.isFull) {
      const oldest = this.#idleLongest();
      // One that has yet to send its last answer goes later; it is not idle any more.
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
  cameIn(connection: TConnection, address: string | undefined): void {
    if (this.#limits.maxConnectionsPerAddress === 0 || address === undefined) return;
    this.#addresses.set(address, (this.#addresses.get(address) ?? 0) + 1);
    this.#addressOf.set(connection, address);
  }

  /** A connection is gone. */
  leftAgain(connection: TConnection): void {
    const address = this.#addressOf.get(connection);
    if (address === undefined) return;
    this.#addressOf.delete(connection);
    const left = (this.#addresses.get(address) ?? 1) - 1;
    if (left > 0) this.#addresses.set(address, left);
    else this.#addresses.delete(address);
  }
}
