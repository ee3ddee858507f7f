import type { IncomingMessage } from 'node:http';

import type { HTTPServerRequest } from '../../session/index.js';

/**
 * A request in the place of one of node:http, for libraries that only read its head: `headers`, `method`, `url` and
 * `socket`, which is what `ws` does in `handleUpgrade`. It is the same object; what else an `IncomingMessage` has, it has
 * not.
 */
export function asIncomingMessage(request: HTTPServerRequest): IncomingMessage {
  return request as unknown as IncomingMessage;
}
