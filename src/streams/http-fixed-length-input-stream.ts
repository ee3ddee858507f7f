import { createBodyReader, DEFAULT_BODY_LIMITS } from '../protocol/index.js';
import { BodyInputStream } from './body-input-stream.js';
import type { ByteSource } from './byte-source.js';
import { checkedLength } from './checked-length.js';

/**
 * A body of a known length. POCO: `HTTPFixedLengthInputStream`.
 *
 * Emits `error` with IncompleteMessageError when the peer leaves before the last byte, and with what the source
 * rejects with.
 */
export class HTTPFixedLengthInputStream extends BodyInputStream {
  /** @param length - in bytes. @throws RangeError unless it is an integer, 0 or more. */
  constructor(source: ByteSource, length: number) {
    super(source, createBodyReader(checkedLength(length), DEFAULT_BODY_LIMITS));
  }
}
