import { createBodyWriter } from '../protocol/index.js';
import { BodyOutputStream } from './body-output-stream.js';
import type { ByteSink } from './byte-sink.js';
import { checkedLength } from './checked-length.js';

/**
 * A body of a declared length. POCO: `HTTPFixedLengthOutputStream`, which drops what is too much.
 *
 * Emits `error` with LocalProtocolError (`ERR_HTTP_SESSION_BODY_LENGTH`) at a piece that goes beyond the length, of
 * which nothing is sent, and at an `end` that comes too early; and with what the sink rejects with.
 */
export class HTTPFixedLengthOutputStream extends BodyOutputStream {
  /** @param length - in bytes. @throws RangeError unless it is an integer, 0 or more. */
  constructor(sink: ByteSink, length: number) {
    super(sink, createBodyWriter(checkedLength(length)));
  }
}
