import { createBodyWriter, UNTIL_CLOSE } from '../protocol/index.js';
import { BodyOutputStream } from './body-output-stream.js';
import type { ByteSink } from './byte-sink.js';

/**
 * Bytes as they are, any number of them. The body ends with the connection (RFC 9112 section 6.3): close the session
 * once the stream has emitted `finish`. POCO: `HTTPOutputStream`.
 */
export class HTTPOutputStream extends BodyOutputStream {
  /** @param sink - where the bytes go; it stays open. */
  constructor(sink: ByteSink) {
    super(sink, createBodyWriter(UNTIL_CLOSE));
  }
}
