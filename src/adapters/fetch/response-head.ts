import type { HTTPServerResponse } from '../../session/index.js';

/**
 * Fields about this one connection, which is the session's. A handler that passes on what `fetch` got from another server
 * has that server's among them, and whoever passes a message on must take them out (RFC 9110 section 7.6.1).
 */
const OF_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;

/** Status, reason and fields of a response. @throws TypeError, RangeError for what cannot be sent. */
export function fillHead(response: HTTPServerResponse, given: Response): void {
  const { message } = response;
  message.status = given.status;
  if (given.statusText !== '') message.reason = given.statusText;
  // Each Set-Cookie comes by itself, as they cannot be joined (RFC 6265 section 3).
  for (const [name, value] of given.headers) {
    if (OF_CONNECTION.has(name)) fillConnectionField(response, name, value);
    else message.add(name, value);
  }
}

/** Of the fields about the connection two are a handler's business: that it is to close, and what 426 asks for. */
function fillConnectionField(response: HTTPServerResponse, name: string, value: string): void {
  const { message } = response;
  if (name === 'connection' && CLOSE.test(value)) message.add('Connection', 'close');
  if (name !== 'upgrade' || message.status !== 426) return;
  message.add('Upgrade', value);
  // RFC 9110 section 7.8: whoever sends Upgrade names it in Connection.
  message.add('Connection', 'Upgrade');
}
