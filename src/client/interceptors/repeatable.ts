import { isBytes, MessageHeader } from '../../protocol/index.js';
import type { HTTPClientResponse } from '../../session/index.js';
import type { ClientRequest } from '../request.js';

/** The answer that a further attempt replaces is read away up to here; the pool deals with the rest of a longer one. */
const MAX_READ_AWAY = 65_536;

/** Whether a request can be sent twice: its body is known whole, or made anew for each attempt. */
export function isRepeatable({ body }: ClientRequest): boolean {
  return body === undefined || typeof body === 'string' || typeof body === 'function' || isBytes(body);
}

/** The fields of a request, as a collection of their own. */
export function fieldsOf({ headers }: ClientRequest): MessageHeader {
  return new MessageHeader(headers);
}

/** Frees the connection of a response that nothing will read. */
export async function readAway(response: HTTPClientResponse): Promise<void> {
  try {
    await response.bytes({ maxBytes: MAX_READ_AWAY });
  } catch {
    // The connection is gone, or is closed for what is left unread; the next attempt gets another one.
  }
}
