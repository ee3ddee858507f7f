import type { ErrorCode } from './codes.js';
import type { ReplayVerdict, Testimony } from './testimony.js';

/** Options that every error of this package takes. */
export interface SessionErrorOptions {
  /** The stable code. */
  readonly code?: ErrorCode;
  /** What brought it about, such as an error of the system. */
  readonly cause?: unknown;
}

const BRAND_PREFIX = 'http-session-machine.';

/**
 * The base of every error that a session throws, rejects with or stores.
 *
 * `instanceof` works by brand, so that it holds across two copies of this package in one process.
 * Codes are stable, texts are for humans and may change.
 */
export class HTTPSessionError extends Error {
  /** The stable code, `ERR_HTTP_SESSION_...`. */
  readonly code: ErrorCode;
  /** The circumstances; `undefined` only for errors that no session was involved in. */
  testimony: Testimony | undefined;

  /** @param message - for people; it may change. */
  constructor(message: string, options: SessionErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = options.code ?? 'ERR_HTTP_SESSION';
    Object.defineProperty(this, 'testimony', { value: undefined, writable: true, enumerable: false });
    for (const name of brandsOf(new.target)) Object.defineProperty(this, brand(name), { value: true });
  }

  override get name(): string {
    return (this.constructor as typeof HTTPSessionError).family;
  }

  /** The name of the class, kept when code is minified. */
  static readonly family: string = 'HTTPSessionError';

  /** May the request that this error belongs to be sent again? `safe` only when that is proved. */
  get replay(): ReplayVerdict {
    return this.testimony?.replay ?? 'unknown';
  }

  /**
   * A plain object without stacks, bodies or header values, small enough to be shown as part of an event: of the
   * testimony's history it has the last 8 transitions, of the request target the first 256 characters.
   */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      ...(this.cause === undefined ? {} : { cause: describeCause(this.cause) }),
      ...(this.testimony === undefined ? {} : { testimony: describeTestimony(this.testimony) }),
    };
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (!Object.hasOwn(this, 'family')) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && brand(this.family) in value;
  }
}

/** Every event that carries an error stays below 2 KB, whatever a peer asks for. */
const TOLD_TRANSITIONS = 8;
const TOLD_TARGET = 256;

function describeTestimony(testimony: Testimony): Testimony {
  const { request, history } = testimony;
  return {
    ...testimony,
    request: request === null ? null : { ...request, target: request.target.slice(0, TOLD_TARGET) },
    history: history.slice(-TOLD_TRANSITIONS),
  };
}

function brand(name: string): symbol {
  return Symbol.for(BRAND_PREFIX + name);
}

function brandsOf(constructor: typeof HTTPSessionError): readonly string[] {
  const names: string[] = [];
  for (let at: unknown = constructor; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, 'family')) names.push((at as typeof HTTPSessionError).family);
  }
  return names;
}

function describeCause(cause: unknown): unknown {
  if (cause instanceof HTTPSessionError) return cause.toJSON();
  if (!(cause instanceof Error)) return String(cause);
  const code = (cause as NodeJS.ErrnoException).code;
  return { name: cause.name, message: cause.message, ...(code === undefined ? {} : { code }) };
}
