import { TIMEOUTS } from '../../constants.js';
import type { HTTPSessionError } from '../../errors/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';

/** The next request, which waits until the upload of an answered one is over. */
interface Follower {
  resolve(): void;
  reject(error: HTTPSessionError): void;
}

/**
 * The rest of a request whose response is complete. It may continue as long as it makes progress; a source that pauses
 * must neither keep the connection for ever nor hold up the next request (RFC 9112 section 9.3).
 */
export class AnsweredUpload {
  readonly #core: SessionCore;
  #follower: Follower | null = null;

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** Whether a request waits for the end of the upload. */
  get isFollowed(): boolean {
    return this.#follower !== null;
  }

  /** Limits the time until the next piece: shorter when the next request waits for it. */
  arm(): void {
    const { sendTimeout } = this.#core;
    const grace = TIMEOUTS.answeredUploadTimeout.value;
    const isShort = this.isFollowed && (sendTimeout === 0 || sendTimeout > grace);
    this.#core.arm('bodyProgress', isShort ? grace : sendTimeout);
  }

  /** The server takes no more, or the source has none: the rest of the request is never sent. */
  giveUp(): void {
    this.#core.advance(EXCHANGE.requestAbandon);
    this.#core.notify({ type: 'session.close' });
  }

  /** Resolves when the upload is over: finished, given up, or lost with its connection. Rejects only through `stopFollowing`. */
  follow(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#follower = { resolve, reject };
      this.arm();
    });
  }

  /** The request that waits is not to be sent; `false` when none waits. */
  stopFollowing(error: HTTPSessionError): boolean {
    const follower = this.#follower;
    this.#follower = null;
    follower?.reject(error);
    return follower !== null;
  }

  /** The upload is over. */
  over(): void {
    const follower = this.#follower;
    this.#follower = null;
    follower?.resolve();
  }
}
