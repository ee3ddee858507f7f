import { HTTPResponse } from '../../protocol/index.js';

/** What an answer that switches protocols has to know of the request. */
export interface SwitchedRequest {
  readonly method: string;
  get(name: string): string | undefined;
}

/** The first of the protocols that an Upgrade field lists (RFC 9110 section 7.8); a field trims what it is set to. */
function firstOffer(upgrade = ''): string {
  return upgrade.split(',', 1)[0] as string;
}

/**
 * The answer that agrees to a switch, with the fields of `message`: 101, or 200 for CONNECT. Neither has a body, and
 * neither may frame one (RFC 9110 sections 8.6 and 9.3.6). The message itself is left as it is, for the case that
 * there is no switch after all.
 */
export function switchResponse(message: HTTPResponse, request: SwitchedRequest): HTTPResponse {
  const isTunnel = request.method === 'CONNECT';
  const answer = new HTTPResponse(isTunnel ? 200 : 101);
  for (const [name, value] of message) answer.add(name, value);
  answer.delete('Content-Length');
  answer.delete('Transfer-Encoding');
  if (isTunnel) return answer;
  if (!answer.has('Upgrade')) answer.set('Upgrade', firstOffer(request.get('Upgrade')));
  answer.set('Connection', 'Upgrade');
  return answer;
}
