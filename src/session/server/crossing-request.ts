import { LIMITS } from '../../constants.js';
import type { HTTPServerRequest } from './http-server-request.js';
import type { SessionCore } from '../core/session-core.js';

/**
 * Whether a request of this client may cross the close of the connection and destroy the answer before it: the kernel
 * answers what arrives at a closed socket by a reset, and forgets what it had yet to send (RFC 9112 section 9.6). Not
 * where the client has said that no request follows, nor where the answer has certainly left.
 */
export function mayBeCrossed(core: SessionCore, request: HTTPServerRequest | null): boolean {
  if (request === null || request.isLast) return false;
  return core.bytesOut - core.bytesOutBefore > LIMITS.maxUnlingeredBytes.value;
}
