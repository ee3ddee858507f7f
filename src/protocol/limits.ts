import { LIMITS } from '../constants.js';
import { describeValue, RemoteProtocolError } from '../errors/index.js';

/** Caps on the head of one message. */
export interface HeadLimits {
  /** Bytes of the first line without its CRLF. */
  readonly maxStartLineBytes: number;
  /** Bytes of the whole head, blank line included. */
  readonly maxHeadBytes: number;
  /** Field lines. */
  readonly maxFieldCount: number;
  /** Whether a request with an unknown expectation is read like any other; without it, it is malformed (417). */
  readonly keepsExpectations?: boolean;
  /** Whether a request of HTTP/1.1 may do without Host. */
  readonly needsNoHost?: boolean;
}

/** Caps on the body of one message. */
export interface BodyLimits {
  /** Hexadecimal digits of a chunk size. At most 13, so that sizes stay exact. */
  readonly maxChunkSizeDigits: number;
  /** Bytes of all chunk extensions of the body together. */
  readonly maxChunkExtensionBytes: number;
  /** Bytes of the trailer section, blank line included. */
  readonly maxTrailerBytes: number;
  /** Field lines of the trailer section. */
  readonly maxTrailerCount: number;
  /** Bytes of the content. No cap if absent. */
  readonly maxBodyBytes?: number;
}

/** The caps on a head that a user may set. */
export type HeadCap = 'maxStartLineBytes' | 'maxHeadBytes' | 'maxFieldCount';

export const DEFAULT_HEAD_LIMITS: HeadLimits = Object.freeze({
  maxStartLineBytes: LIMITS.maxStartLineBytes.value,
  maxHeadBytes: LIMITS.maxHeadBytes.value,
  maxFieldCount: LIMITS.maxFieldCount.value,
});

/**
 * Checks caps on heads and completes them. Without any it is the defaults themselves: heads that repeat are recognised
 * by the identity of their limits.
 *
 * @throws RangeError
 */
export function headLimits(options: {
  readonly [Name in HeadCap]?: HeadLimits[Name] | undefined;
}): HeadLimits {
  const { maxStartLineBytes, maxHeadBytes, maxFieldCount } = options;
  if (maxStartLineBytes === undefined && maxHeadBytes === undefined && maxFieldCount === undefined)
    return DEFAULT_HEAD_LIMITS;
  const head = positive(maxHeadBytes ?? DEFAULT_HEAD_LIMITS.maxHeadBytes, 'maxHeadBytes');
  const startLine = maxStartLineBytes ?? Math.min(DEFAULT_HEAD_LIMITS.maxStartLineBytes, head);
  if (positive(startLine, 'maxStartLineBytes') > head) {
    throw new RangeError(
      `maxStartLineBytes: must not exceed maxHeadBytes, ${String(head)} (got ${String(startLine)})`,
    );
  }
  return {
    maxStartLineBytes: startLine,
    maxHeadBytes: head,
    maxFieldCount: positive(maxFieldCount ?? DEFAULT_HEAD_LIMITS.maxFieldCount, 'maxFieldCount'),
  };
}

function positive(count: number, name: string): number {
  if (Number.isInteger(count) && count > 0) return count;
  throw new RangeError(`${name}: must be an integer, 1 or more (got ${describeValue(count)})`);
}

export const DEFAULT_BODY_LIMITS: BodyLimits = Object.freeze({
  maxChunkSizeDigits: LIMITS.maxChunkSizeDigits.value,
  maxChunkExtensionBytes: LIMITS.maxChunkExtensionBytes.value,
  maxTrailerBytes: LIMITS.maxTrailerBytes.value,
  maxTrailerCount: LIMITS.maxTrailerCount.value,
});

/** The error for content beyond `maxBodyBytes`. */
export function bodyTooLarge(): RemoteProtocolError {
  return new RemoteProtocolError(
    'body: larger than maxBodyBytes allows',
    'ERR_HTTP_SESSION_BODY_TOO_LARGE',
    413,
  );
}
