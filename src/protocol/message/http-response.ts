import { isFieldValue } from '../grammar.js';
import { HTTPMessage, type HTTPMessageInit, type HTTPVersion } from './http-message.js';
import { reasonForStatus } from './reason-phrases.js';

/** A response head: status, reason, version and fields. POCO: `HTTPResponse`. */
export class HTTPResponse extends HTTPMessage {
  #code = 200;
  #phrase: string | undefined = undefined;

  /**
   * @param status - the status code. Default: 200.
   * @param reason - the reason phrase. Default: the standard phrase of the status.
   * @throws RangeError for a status outside of 100 to 999; TypeError for a malformed reason or header field.
   */
  constructor(status?: number, reason?: string, init?: HTTPMessageInit) {
    super(init);
    if (status !== undefined) this.status = status;
    if (reason !== undefined) this.reason = reason;
  }

  /** The standard reason phrase of a status; `'???'` if it has none. POCO: `getReasonForStatus`. */
  static getReasonForStatus(status: number): string {
    return reasonForStatus(status);
  }

  /** The status code. Setting anything but an integer from 100 to 999 throws a `RangeError`. */
  get status(): number {
    return this.#code;
  }

  set status(status: number) {
    if (!Number.isInteger(status) || status < 100 || status > 999) {
      throw new RangeError(`status: must be an integer from 100 to 999 (got ${String(status)})`);
    }
    this.#code = status;
  }

  /**
   * The reason phrase. Unless one was set or received, it follows the status. Setting one with control characters or
   * characters above U+00FF throws a `TypeError`. POCO: `reason`, which does not follow the status.
   */
  get reason(): string {
    return this.#phrase ?? reasonForStatus(this.#code);
  }

  set reason(reason: string) {
    if (!isFieldValue(reason)) throw new TypeError('reason phrase: invalid character');
    this.#phrase = reason;
  }

  /** POCO: `getStatus`. */
  getStatus(): number {
    return this.status;
  }

  /** POCO: `setStatus`. */
  setStatus(status: number): void {
    this.status = status;
  }

  /** POCO: `getReason`. */
  getReason(): string {
    return this.reason;
  }

  /** POCO: `setReason`. */
  setReason(reason: string): void {
    this.reason = reason;
  }

  /** Sets both. Default reason: the standard phrase. POCO: `setStatusAndReason`. */
  setStatusAndReason(status: number, reason?: string): void {
    this.status = status;
    this.#phrase = undefined;
    if (reason !== undefined) this.reason = reason;
  }

  /** The Date field; `undefined` if there is none or it is not a date. POCO: `getDate`. */
  getDate(): Date | undefined {
    const date = new Date(this.get('Date') ?? Number.NaN);
    return Number.isNaN(date.getTime()) ? undefined : date;
  }

  /** Sets the Date field (IMF-fixdate, RFC 9110 section 5.6.7). POCO: `setDate`. */
  setDate(date: Date): void {
    if (Number.isNaN(date.getTime())) throw new RangeError('date: invalid');
    this.set('Date', date.toUTCString());
  }

  /** Adds a Set-Cookie field with this text. POCO: `addCookie`. */
  addCookie(cookie: string): void {
    this.add('Set-Cookie', cookie);
  }

  override toJSON(): Record<string, unknown> {
    return { status: this.status, version: this.version, ...super.toJSON() };
  }

  /**
   * Replaces everything by the parts of a head that a reader has validated.
   *
   * @internal
   */
  adopt(status: number, reason: string, version: HTTPVersion, block: string): void {
    this.#code = status;
    this.#phrase = reason;
    this.adoptMessage(version, block);
  }
}
