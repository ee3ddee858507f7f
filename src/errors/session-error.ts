import { describeValue } from './arguments.js';
import type { ErrorCode } from './codes.js';
import type { ReplayVerdict, Testimony } from './testimony.js';

/** Options of every error of this package. */
export interface SessionErrorOptions {
  /** The stable code. */
  readonly code?: ErrorCode;
  /** What caused it, such as an error of the system. */
  readonly cause?: unknown;
}

const BRAND_PREFIX = 'http-session-machine.';

/**
 * The base of every error that a session throws, rejects with or stores.
 *
 * `instanceof` works by brand, so it holds across two copies of this package in one process. Codes are stable; texts are
 * for people and may change.
 *
 * @example
 * ```ts
 * try {
 *   await session.request({ path: '/orders' });
 * } catch (error) {
 *   if (error instanceof HTTPSessionError) console.error(error.code, error.replay, error.testimony?.state);
 * }
 * ```
 */
export class HTTPSessionError extends Error {
  /** The stable code, `ERR_HTTP_SESSION_...`. */
  readonly code: ErrorCode;
  /** Where and when it happened; `undefined` only for errors without a session. */
  testimony: Testimony | undefined;

  /** @param message - a text for people. */
  constructor(message: string, options: SessionErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = options.code ?? 'ERR_HTTP_SESSION';
    Object.defineProperty(this, 'testimony', { value: undefined, writable: true, enumerable: false });
    for (const name of brandsOf(new.target)) Object.defineProperty(this, brand(name), { value: true });
  }

  override get name(): string {
    return (this.constructor as typeof HTTPSessionError).family;
  }

  /** The name of the class, which survives minification. */
  static readonly family: string = 'HTTPSessionError';

  /** Whether the request that this error belongs to can be sent again: `safe` only when that is proved. */
  get replay(): ReplayVerdict {
    return this.testimony?.replay ?? 'unknown';
  }

  /**
   * A plain object without stacks, bodies or header values, small enough for an event: it holds the last 8 transitions
   * of the history and the first 256 characters of the request target.
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

/** Every event with an error stays below 2 KB, whatever a peer sends. */
const MAX_TRANSITIONS = 8;
const MAX_TARGET_LENGTH = 256;

function describeTestimony(testimony: Testimony): Testimony {
  const { request, history } = testimony;
  return {
    ...testimony,
    request: request === null ? null : { ...request, target: request.target.slice(0, MAX_TARGET_LENGTH) },
    history: history.slice(-MAX_TRANSITIONS),
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

/** A cause may be anything that was thrown, and its members may throw in turn. */
function describeCause(cause: unknown): unknown {
  try {
    if (cause instanceof HTTPSessionError) return cause.toJSON();
    if (cause instanceof Error) {
      const { name, message, code } = cause as NodeJS.ErrnoException;
      return { name, message, ...(code === undefined ? {} : { code }) };
    }
  } catch {
    return describeValue(cause);
  }
  return typeof cause === 'string' ? cause : describeValue(cause);
}
