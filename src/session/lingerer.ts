import { LIMITS, TIMEOUTS } from '../constants.js';
import type { SessionCore } from './session-core.js';
import type { WaitingReader } from './waiting-reader.js';

/** Discards what arrives after the last answer, up to a bound; the deadline is the session's. */
export class Lingerer implements WaitingReader {
  readonly #core: SessionCore;
  #left = LIMITS.maxLingerBytes.value;

  constructor(core: SessionCore) {
    this.#core = core;
  }

  bytesArrived(): void {
    this.#left -= this.#core.buffer.length;
    this.#core.buffer.clear();
    if (this.#left < 0) this.#core.notify({ type: 'session.close' });
  }

  /** The chart itself closes a lingering session whose peer has finished. */
  streamEnded(): void {
    this.#core.buffer.clear();
  }

  /** An exception that is stored meanwhile does not end the lingering; only the loss of the socket does. */
  readFailed(): void {
    const core = this.#core;
    core.buffer.clear();
    if (core.transport === null) return;
    core.arm('linger', TIMEOUTS.lingerTimeout.value);
    core.reader = this;
  }
}
