import type { SessionCore } from '../core/session-core.js';

/** What can be said of a client's connection between and within exchanges; the charts and the buffers answer. */
export abstract class ClientConnection {
  readonly kind = 'client';
  readonly sendTimer = 'send';
  protected readonly core: SessionCore;

  protected constructor(core: SessionCore) {
    this.core = core;
  }

  /** Whether the connection could take a request: nothing is on it, nor are there bytes that would be taken for the response. */
  get isIdle(): boolean {
    const { core } = this;
    return (
      core.exchange.tags.has('idle') &&
      core.is('available') &&
      core.buffer.length === 0 &&
      core.arrivedBytes === 0
    );
  }

  /** Whether a request can be sent here and now. */
  get isReady(): boolean {
    return this.isIdle && !this.core.exchange.tags.has('preparing');
  }

  /** Whether any request can be sent here and now, and not only the one that the connection is reserved for. */
  get isAvailable(): boolean {
    return this.isReady && !this.core.exchange.tags.has('reserved');
  }

  /** Whether the response is complete and the request is not. */
  protected get isUploadLeft(): boolean {
    const { tags } = this.core.exchange;
    return tags.has('requesting') && !tags.has('responding');
  }

  protected get wasUsed(): boolean {
    return this.core.bytesIn > 0 || this.core.bytesOut > 0;
  }

  isPeerDone(): boolean {
    return this.core.exchange.tags.has('reused');
  }

  isHeadSent(): boolean {
    return !this.isRequestUnsent() && this.core.requestNumber > 0;
  }

  isRequestUnsent(): boolean {
    return this.core.handedOutput === this.core.bytesOutBefore;
  }
}
