import { IDEMPOTENT_METHODS } from '../../constants.js';
import type { SessionRole } from './traffic-shapes.js';

/** What an error of a session testifies, as far as words are made of it. */
export interface ToldFailure {
  readonly state: string;
  readonly request: { readonly number: number; readonly method: string } | null;
  readonly endedBy: string | null;
  readonly responseBegun: boolean;
  readonly replay: string;
}

/** Words for the states in which there is no connection yet; the others are named as they are. */
const BEFORE_CONNECTED: Readonly<Record<string, string>> = {
  'unconnected.idle': 'not open',
  'unconnected.connecting': 'being opened',
};

/** How the connection was at that moment: `in state connected.open, in the response to request 3, GET`. */
export function placeWords({ state, request, responseBegun }: ToldFailure): string {
  const before = BEFORE_CONNECTED[state];
  if (before !== undefined) return before;
  if (request === null) return `in state ${state}, between requests`;
  const what = `request ${request.number}, ${request.method}`;
  return `in state ${state}, ${responseBegun ? 'in the response to' : 'without a response to'} ${what}`;
}

/** What ended the connection: `the server closed it`; `null` where nothing has. */
export function endWords(endedBy: string | null, role: SessionRole): string | null {
  const peer = role === 'client' ? 'server' : 'client';
  switch (endedBy) {
    case null:
      return null;
    case 'fin':
      return `the ${peer} closed it`;
    case 'rst':
      return `the network or the ${peer} reset it`;
    case 'timeout':
      return 'a timeout ended it';
    case 'parse':
      return `what the ${peer} sent ended it`;
    case 'local':
      return 'this side ended it';
    default:
      return endedBy;
  }
}

/** Whether the request can be sent again; `null` where a server cannot tell, as its client decides. */
export function retryWords({ replay, request }: ToldFailure, role: SessionRole): string | null {
  if (role === 'server') {
    return replay === 'safe' && request !== null
      ? 'the client may retry: nothing has acted on the request'
      : null;
  }
  if (replay === 'safe') return 'you can retry: the server has not seen the request';
  if (request !== null && IDEMPOTENT_METHODS.has(request.method)) {
    return `the server may have seen the request; you can retry, as ${request.method} has the same effect twice`;
  }
  return 'the server may have acted on the request; a retry may do it twice';
}
