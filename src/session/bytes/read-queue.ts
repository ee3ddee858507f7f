import { AbortedError, type HTTPSessionError } from '../../errors/index.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';
import type { WaitingReader } from '../core/role.js';

/**
 * One read that cannot be served from the buffer at once. `attempt` returns `true` when it has settled the promise;
 * `atEnd` says that no more bytes will come, so that it must.
 */
export interface PendingRead {
  /** Its turn has come; nothing that is buffered now arrived for it. */
  begin(): void;
  attempt(atEnd: boolean): boolean;
  reject(error: HTTPSessionError): void;
}

/** The reads that wait on one session, served in the order of the calls. */
export class ReadQueue implements WaitingReader {
  readonly #core: SessionCore;
  #reads: PendingRead[] = [];

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** Whether a read has to wait because another one came before it. */
  get isWaiting(): boolean {
    return this.#reads.length > 0;
  }

  /** Serves a read now or when its turn has come. */
  push(read: PendingRead): void {
    this.#reads.push(read);
    if (this.#reads.length > 1) return;
    read.begin();
    this.#arm();
    this.#core.awaitBytes(this);
  }

  /** Withdraws a read whose signal was aborted. */
  withdraw(read: PendingRead, reason: unknown): void {
    const at = this.#reads.indexOf(read);
    if (at === -1) return;
    this.#reads.splice(at, 1);
    read.reject(testify(this.#core, new AbortedError('the read was aborted', { cause: reason })));
    if (at > 0) return;
    this.#reads[0]?.begin();
    this.bytesArrived();
  }

  bytesArrived(): void {
    this.#serve(false);
    if (this.#reads.length > 0) this.#arm();
  }

  /** A read of bytes is no state of a message: on either side its timer is POCO's receive timeout. */
  #arm(): void {
    this.#core.arm('receive', this.#core.receiveTimeout);
  }

  streamEnded(): void {
    this.#serve(true);
  }

  readFailed(error: HTTPSessionError): void {
    const reads = this.#reads;
    this.#reads = [];
    for (const read of reads) read.reject(error);
  }

  #serve(atEnd: boolean): void {
    while (this.#serveFirst(atEnd)) {
      this.#reads.shift();
      this.#reads[0]?.begin();
    }
    if (this.#reads.length === 0 && this.#core.reader === this) this.#core.release();
  }

  /** From the buffer, else from what a read before it has left at the transport, else with the end of the stream. */
  #serveFirst(atEnd: boolean): boolean {
    const read = this.#reads[0];
    if (read === undefined) return false;
    return (
      read.attempt(false) ||
      (this.#core.refillFromArrived() && read.attempt(false)) ||
      (atEnd && read.attempt(true))
    );
  }
}
