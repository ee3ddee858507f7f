import { isBytes, MessageHeader } from '../../protocol/index.js';
import type { ClientRequest } from '../request.js';

/** Whether a request can be sent twice: its body is known whole, or made for each attempt. */
export function isRepeatable({ body }: { readonly body?: unknown }): boolean {
  return body === undefined || typeof body === 'string' || typeof body === 'function' || isBytes(body);
}

/** The fields of a request, as a collection of their own. */
export function fieldsOf({ headers }: ClientRequest): MessageHeader {
  return new MessageHeader(headers);
}
