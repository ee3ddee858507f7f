import { hasRefusalSubscribers, publishRefused } from '../../diagnostics.js';
import type { HTTPSessionError } from '../../errors/index.js';
import type { SessionCore } from '../core/session-core.js';
import type { ServerSettings } from './server-settings.js';

/**
 * A request is about to be refused with a status. One that a handler has is an exchange already, which ends with the
 * status. One whose head is malformed, too large or late becomes one here, with as much of its request line as came.
 */
export function publishRefusal(
  core: SessionCore,
  { headLimits }: ServerSettings,
  status: number,
  error: HTTPSessionError,
): void {
  if (!core.exchange.tags.has('idle')) core.responseStatus = status;
  else if (hasRefusalSubscribers()) {
    const begun = core.buffer.latin1(Math.min(core.buffer.length, headLimits.maxStartLineBytes));
    const [, method = '', target = ''] = REQUEST_LINE.exec(begun) ?? [];
    const { id: sessionId, peer: address } = core;
    const number = core.requestNumber + 1;
    publishRefused({ sessionId, number, method, target, status, error, address, at: core.wallTime() });
  }
}

/** As much of a request line as there is: the method is a token, and what follows it ends at a control or a space. */
const REQUEST_LINE = /^(?:\r\n)?([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: ([\x21-\x7e\x80-\xff]*))?/;
