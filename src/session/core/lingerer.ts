import { LIMITS } from '../../constants.js';
import type { WaitingReader } from './role.js';
import type { SessionCore } from './session-core.js';

/** Discards what arrives after the last answer, up to a bound; the deadline is the session's. */
export class Lingerer implements WaitingReader {
  readonly #core: SessionCore;
  #left = LIMITS.maxLingerBytes.value;

  constructor(core: SessionCore) {
    this.#core = core;
  }

  bytesArrived(): void {
    const core = this.#core;
    this.#left -= core.buffer.length;
    core.buffer.clear();
    if (this.#left >= 0) return;
    // An orderly close would keep reading from a peer that sends forever and takes nothing.
    core.notify({ type: (core.transport?.pendingOutput ?? 0) > 0 ? 'session.abort' : 'session.close' });
  }

  /** The chart itself closes a lingering session whose peer has finished. */
  streamEnded(): void {
    this.#core.buffer.clear();
  }

  /** An exception that is stored meanwhile does not end the lingering; only the loss of the socket does. */
  readFailed(): void {
    const core = this.#core;
    core.buffer.clear();
    if (core.transport !== null) core.reader = this;
  }
}
