import { createBodyReader, DEFAULT_BODY_LIMITS, UNTIL_CLOSE, type BodyLimits } from '../protocol/index.js';
import { BodyInputStream } from './body-input-stream.js';
import type { ByteSource } from './byte-source.js';

/**
 * Everything until the peer has finished sending, such as the body of a response without a length (RFC 9112
 * section 6.3). That the body is whole is more than anybody can know. POCO: `HTTPInputStream`.
 *
 * Emits `error` with RemoteProtocolError (413) beyond `maxBodyBytes`, and with what the source rejects with.
 */
export class HTTPInputStream extends BodyInputStream {
  /** @param limits - `maxBodyBytes`: bytes that are let through. @defaultValue no limit */
  constructor(source: ByteSource, limits: Pick<BodyLimits, 'maxBodyBytes'> = {}) {
    super(source, createBodyReader(UNTIL_CLOSE, { ...DEFAULT_BODY_LIMITS, ...limits }));
  }
}
