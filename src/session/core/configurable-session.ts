import { TIMEOUTS } from '../../constants.js';
import { checkTimeout } from './address.js';
import { ObservableSession, type HTTPSessionOptions } from './observable-session.js';

/** What of a session can be set, at any time and in any state. */
export abstract class ConfigurableSession<TData> extends ObservableSession {
  #keepAlive: boolean;
  #connectTimeout: number;
  #data: TData | undefined = undefined;

  protected constructor(options: HTTPSessionOptions) {
    super(options);
    this.#keepAlive = options.keepAlive ?? true;
    this.#connectTimeout = checkTimeout(options.connectTimeout ?? TIMEOUTS.connectTimeout.value);
  }

  /** Whether connections are kept for further requests. POCO: `setKeepAlive`. */
  setKeepAlive(keepAlive: boolean): void {
    this.#keepAlive = keepAlive;
  }

  /** POCO: `getKeepAlive`. */
  getKeepAlive(): boolean {
    return this.#keepAlive;
  }

  /**
   * Sets the timeouts in milliseconds, 0 for none: all three alike, or connect, send and receive. POCO: `setTimeout`.
   *
   * @throws RangeError for negative values and NaN.
   */
  setTimeout(timeout: number): void;
  setTimeout(connect: number, send: number, receive: number): void;
  setTimeout(connect: number, send = connect, receive = connect): void {
    const checked = [checkTimeout(connect), checkTimeout(send), checkTimeout(receive)] as const;
    this.#connectTimeout = checked[0];
    this.core.sendTimeout = checked[1];
    this.core.receiveTimeout = checked[2];
  }

  /** The receive timeout in milliseconds. POCO: `getTimeout`. */
  getTimeout(): number {
    return this.core.receiveTimeout;
  }

  /** Milliseconds that opening a connection may take, TLS included; 0 for none. @throws RangeError */
  setConnectTimeout(timeout: number): void {
    this.#connectTimeout = checkTimeout(timeout);
  }

  /** @defaultValue 30000 */
  getConnectTimeout(): number {
    return this.#connectTimeout;
  }

  /** Milliseconds that a send may make no progress; 0 for none. @throws RangeError */
  setSendTimeout(timeout: number): void {
    this.core.sendTimeout = checkTimeout(timeout);
  }

  /** @defaultValue 60000 */
  getSendTimeout(): number {
    return this.core.sendTimeout;
  }

  /** Milliseconds that a receive may make no progress; 0 for none. @throws RangeError */
  setReceiveTimeout(timeout: number): void {
    this.core.receiveTimeout = checkTimeout(timeout);
  }

  /** @defaultValue 60000 */
  getReceiveTimeout(): number {
    return this.core.receiveTimeout;
  }

  /** Keeps any data with the session. POCO: `attachSessionData`. */
  attachSessionData(data: TData): void {
    this.#data = data;
  }

  /** The attached data; `undefined` when nothing was attached. POCO: `sessionData`. */
  sessionData(): TData | undefined {
    return this.#data;
  }
}
