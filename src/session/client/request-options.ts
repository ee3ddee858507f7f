import { callListener } from '../../diagnostics.js';
import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import { DEFAULT_BODY_LIMITS, type BodyLimits, type HTTPResponse } from '../../protocol/index.js';
import { checkTimeout } from '../core/address.js';
import type { SessionCore } from '../core/session-core.js';

/** The timeouts of one request, in milliseconds; 0 for none, those of the session by default. */
export interface RequestTimeouts {
  /** Opening a connection for it, TLS included. */
  readonly connect?: number | undefined;
  /** A send that makes no progress. */
  readonly send?: number | undefined;
  /** The whole head of the response, from the end of the request: what an endpoint that thinks for long needs. */
  readonly head?: number | undefined;
  /** A pause in the response while it is read. */
  readonly receive?: number | undefined;
}

/** How far a request is. */
export interface RequestProgress {
  /** Bytes of the request's body that were handed to the socket. */
  readonly sent: number;
  /** Bytes of the response's body that were read. */
  readonly received: number;
}

/** What a request may want beside its message. */
export interface RequestOptions {
  /** Timeouts of this request alone. */
  readonly timeouts?: RequestTimeouts | undefined;
  /** Is called with each interim response, 103 Early Hints for example; 101 is a final one. What it throws is a fault. */
  readonly onInterim?: ((response: HTTPResponse) => void) | undefined;
  /** Is called when bytes of a body were sent or read. What it throws is a fault. */
  readonly onProgress?: ((progress: RequestProgress) => void) | undefined;
  /**
   * Bytes of the response's body, streams included; a larger one is a RemoteProtocolError
   * (`ERR_HTTP_SESSION_BODY_TOO_LARGE`). 0 for any number. @defaultValue 0
   */
  readonly maxResponseBytes?: number | undefined;
}

const TIMEOUT_NAMES = ['connect', 'send', 'head', 'receive'] as const satisfies (keyof RequestTimeouts)[];
const KNOWN_TIMEOUTS = new KnownNames('timeout of a request', TIMEOUT_NAMES);

/** The terms of a request that has any; `null` for one that is like the others of its session. @throws TypeError, RangeError */
export function requestTerms(options: RequestOptions): RequestTerms | null {
  const { timeouts, onInterim, onProgress, maxResponseBytes } = options;
  if (
    timeouts === undefined &&
    onInterim === undefined &&
    onProgress === undefined &&
    maxResponseBytes === undefined
  ) {
    return null;
  }
  if (timeouts !== undefined) {
    checkOptions('timeouts', timeouts, KNOWN_TIMEOUTS);
    for (const name of TIMEOUT_NAMES) {
      if (timeouts[name] !== undefined) checkTimeout(timeouts[name], `timeouts.${name}`);
    }
  }
  checkCallback('onInterim', onInterim);
  checkCallback('onProgress', onProgress);
  if (maxResponseBytes !== undefined && !(Number.isInteger(maxResponseBytes) && maxResponseBytes >= 0)) {
    throw new RangeError(
      `maxResponseBytes: must be an integer, 0 or more (got ${describeValue(maxResponseBytes)})`,
    );
  }
  return new RequestTerms(options);
}

function checkCallback(name: string, callback: unknown): void {
  if (callback === undefined || typeof callback === 'function') return;
  throw new TypeError(`${name}: must be a function (got ${describeValue(callback)})`);
}

/** What one request wants to be different, for as long as it has the session. */
export class RequestTerms {
  readonly timeouts: RequestTimeouts;
  /** The limits of the response's body. */
  readonly bodyLimits: BodyLimits;
  readonly #options: RequestOptions;
  /** What the session had before: send and receive timeouts. */
  #before: readonly [send: number, receive: number] | null = null;
  #sent = 0;
  #received = 0;
  #firstTaken = 0;

  constructor(options: RequestOptions) {
    this.#options = options;
    this.timeouts = options.timeouts ?? {};
    const { maxResponseBytes = 0 } = options;
    this.bodyLimits =
      maxResponseBytes === 0
        ? DEFAULT_BODY_LIMITS
        : { ...DEFAULT_BODY_LIMITS, maxBodyBytes: maxResponseBytes };
  }

  /** The request has the session from here on. */
  begin(core: SessionCore): void {
    this.#sent = this.#received = 0;
    this.#before = [core.sendTimeout, core.receiveTimeout];
    const { send, receive } = this.timeouts;
    if (send !== undefined) core.sendTimeout = send;
    if (receive !== undefined) core.receiveTimeout = receive;
  }

  /** The session has what it had before, unless that was changed meanwhile. */
  end(core: SessionCore): void {
    const before = this.#before;
    if (before === null) return;
    this.#before = null;
    const { send, receive } = this.timeouts;
    if (send !== undefined && core.sendTimeout === send) core.sendTimeout = before[0];
    if (receive !== undefined && core.receiveTimeout === receive) core.receiveTimeout = before[1];
  }

  /** An interim response has come. */
  interim(response: HTTPResponse, sessionId: number): void {
    const { onInterim } = this.#options;
    if (onInterim !== undefined) callListener(onInterim, [response], sessionId);
  }

  /** Bytes of the request's body were handed to the socket. */
  bytesSent(bytes: number, sessionId: number): void {
    if (bytes === 0) return;
    this.#sent += bytes;
    this.#report(sessionId);
  }

  /** The body of the response begins; `taken` is what its reader calls nothing. */
  bodyBegins(taken: number): void {
    this.#firstTaken = taken;
  }

  /** Bytes of the response's body were read; `taken` is what its reader says. */
  bytesReceived(taken: number, sessionId: number): void {
    const received = taken - this.#firstTaken;
    if (received === this.#received) return;
    this.#received = received;
    this.#report(sessionId);
  }

  #report(sessionId: number): void {
    const { onProgress } = this.#options;
    if (onProgress !== undefined)
      callListener(onProgress, [{ sent: this.#sent, received: this.#received }], sessionId);
  }
}
