import type { Duplex } from 'node:stream';

import { HTTPServerSession } from '../session/index.js';
import type { Transport } from '../transport/index.js';
import type { ConnectionRegistry } from './registry.js';
import type { HTTPServerParams } from './params.js';

/** A session that stands in the register of its server. */
export class RegisteredSession extends HTTPServerSession {
  readonly #registry: ConnectionRegistry<HTTPServerSession>;

  constructor(
    registry: ConnectionRegistry<HTTPServerSession>,
    connection: Duplex | Transport | null | undefined,
    params: HTTPServerParams,
  ) {
    super(null, params);
    this.#registry = registry;
    if (connection !== undefined && connection !== null) this.attach(connection);
  }

  override left(state: string): void {
    const socket = state === 'detached' ? (this.core.detachedSocket?.socket ?? null) : null;
    this.#registry.left(this, socket);
  }

  override drainSignal(): AbortSignal {
    return this.#registry.drainSignal(this);
  }
}
