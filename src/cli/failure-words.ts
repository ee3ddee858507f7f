import type { EndedBy, HTTPSessionError, Testimony } from '../errors/index.js';
import { isIdempotent } from '../session/index.js';
import { bytesInWords } from './words.js';

/** What a failure testifies, as lines for people: where it happened, and whether the request can be sent again. */
export function failureLines(error: HTTPSessionError): string[] {
  const { testimony } = error;
  if (testimony === undefined) return [];
  const { bytesIn, bytesOut, endedBy } = testimony;
  const bytes = `${bytesInWords(bytesOut)} sent, ${bytesInWords(bytesIn)} received`;
  return [`the connection was ${whereOf(testimony)}${endOf(endedBy)}; ${bytes}`, replayOf(testimony)];
}

/** Words for the states in which there is no connection yet; the others are named as they are. */
const BEFORE_CONNECTED: Readonly<Record<string, string>> = {
  'unconnected.idle': 'not open',
  'unconnected.connecting': 'being opened',
};

/** The state as it was at that moment. */
function whereOf({ state, request, responseBegun }: Testimony): string {
  const before = BEFORE_CONNECTED[state];
  if (before !== undefined) return before;
  if (request === null) return `in state ${state}, between requests`;
  const what = `request ${String(request.number)}, ${request.method}`;
  return `in state ${state}, ${responseBegun ? 'in the response to' : 'without a response to'} ${what}`;
}

const ENDS: Readonly<Record<EndedBy, string>> = {
  fin: 'the server closed it',
  rst: 'the network or the server reset it',
  timeout: 'a timeout ended it',
  parse: 'what the server sent ended it',
  local: 'this side ended it',
};

function endOf(endedBy: EndedBy | null): string {
  return endedBy === null ? '' : `; ${ENDS[endedBy]}`;
}

function replayOf({ replay, request }: Testimony): string {
  if (replay === 'safe') return 'you can retry: the server has not seen the request';
  if (request !== null && isIdempotent(request.method)) {
    return `the server may have seen the request; you can retry, as ${request.method} has the same effect twice`;
  }
  return 'the server may have acted on the request; a retry may do it twice';
}
