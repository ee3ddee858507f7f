import { LIMITS } from '../constants.js';
import {
  CHUNKED,
  createBodyReader,
  DEFAULT_BODY_LIMITS,
  type BodyLimits,
  type BodyReader,
  type MessageHeader,
} from '../protocol/index.js';
import { BodyInputStream } from './body-input-stream.js';
import type { ByteSource } from './byte-source.js';

/**
 * A body in chunks (RFC 9112 section 7.1), read to the end of its trailer section. POCO: `HTTPChunkedInputStream`.
 *
 * Emits `error` with RemoteProtocolError when the framing is malformed or beyond a limit, with IncompleteMessageError
 * when the peer leaves before the end, and with what the source rejects with.
 */
export class HTTPChunkedInputStream extends BodyInputStream {
  readonly #reader: BodyReader;

  /**
   * @param limits - those that differ from the defaults of the package.
   * @throws RangeError for more than 13 digits of a chunk size, as sizes would not be exact.
   */
  constructor(source: ByteSource, limits: Partial<BodyLimits> = {}) {
    const all = { ...DEFAULT_BODY_LIMITS, ...limits };
    const maxDigits = LIMITS.maxChunkSizeDigits.value;
    if (all.maxChunkSizeDigits > maxDigits) {
      throw new RangeError(`maxChunkSizeDigits must be ${maxDigits} at the most`);
    }
    const reader = createBodyReader(CHUNKED, all);
    super(source, reader);
    this.#reader = reader;
  }

  /** The trailer fields once the stream has ended; `null` when there are none. POCO: the trailer of the stream. */
  get trailer(): MessageHeader | null {
    return this.#reader.trailer ?? null;
  }
}
