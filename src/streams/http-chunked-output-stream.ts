import { CHUNKED, createBodyWriter, type MessageHeader } from '../protocol/index.js';
import { BodyOutputStream } from './body-output-stream.js';
import type { ByteSink } from './byte-sink.js';

/**
 * A body in chunks (RFC 9112 section 7.1): each piece is a chunk, and an empty one is none. `end` sends the last chunk
 * and the trailer section. POCO: `HTTPChunkedOutputStream`.
 *
 * Emits `error` with LocalProtocolError when a field must not stand in a trailer section, at `end`; and with what the
 * sink rejects with.
 */
export class HTTPChunkedOutputStream extends BodyOutputStream {
  /** @param trailer - read at `end`, so that fields can be set while the body is written, such as a digest. */
  constructor(sink: ByteSink, trailer?: MessageHeader) {
    super(sink, createBodyWriter(CHUNKED), trailer);
  }
}
