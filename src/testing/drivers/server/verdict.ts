import type { AskedFor } from './requests.js';
import type { SeenResponse, SeenResponses } from './responses.js';
import { quoted } from '../wire-log.js';

/** All that a client knows of one connection. */
export interface Evidence extends SeenResponses {
  readonly ended: 'no' | 'FIN' | 'RST';
  /** The complete requests. */
  readonly asked: readonly AskedFor[];
  /** Whether a further one was begun. */
  readonly isBegun: boolean;
}

/** What speaks against a server being in a state, as a sentence; `null` when nothing does. */
export function objectionTo(state: string, evidence: Evidence): string | null {
  return brokenAnswers(evidence) ?? OBJECTIONS[state]?.(evidence) ?? null;
}

function brokenAnswers({ problem, rest, responses, asked }: Evidence): string | null {
  if (problem !== null) {
    const which = responses.length + 1;
    return `message ${String(which)} of this connection is malformed: ${problem}: ${quoted(rest)}`;
  }
  const early = responses.findIndex(
    ({ interim }, index) => interim.length > 0 && asked[index]?.isOld === true,
  );
  if (early !== -1) return `request ${String(early + 1)} of HTTP/1.0 was answered with an interim response`;
  const at = responses.slice(0, asked.length).findIndex((response, index) => !isGood(response, asked[index]));
  if (at === -1) return null;
  const { status, body } = responses[at] as SeenResponse;
  const { method, echo } = asked[at] as AskedFor;
  const told = status >= 400 || echo === undefined ? String(status) : `${String(status)} with another body`;
  return `request ${String(at + 1)} (${method}) was answered ${told}: ${quoted(body)}`;
}

function isGood({ status, body }: SeenResponse, asked: AskedFor | undefined): boolean {
  return status < 400 && (asked?.echo === undefined || asked.echo === body);
}

type Objection = (evidence: Evidence) => string | null;

function openWith(
  name: string,
  more: Objection = ({ interim }) => (interim.length > 0 ? `interim responses: ${interim.join(', ')}` : null),
): Objection {
  return (evidence) => {
    const { ended, responses, asked, rest } = evidence;
    if (responses.length < asked.length) {
      return ended === 'no' ? `${count(evidence)}, and waits` : `closed (${ended}), ${count(evidence)}`;
    }
    if (responses.length > asked.length) return `${name}, but ${surplus(evidence)}`;
    if (ended !== 'no') return `closed (${ended}), after all answers`;
    if (rest !== '') return `${name}, but there are bytes after the last answer: ${quoted(rest)}`;
    const objection = more(evidence);
    return objection === null ? null : `${name}, but ${objection}`;
  };
}

const OBJECTIONS: Readonly<Record<string, Objection>> = {
  'connected.fresh': openWith('connected'),
  'connected.reused': openWith('connected'),
  'connected.head': openWith('connected'),
  'connected.lengthBody': openWith('connected'),
  'connected.chunkedBody': openWith('connected'),
  'connected.continued': openWith('connected', ({ interim }) =>
    interim.includes(100) ? null : '100 Continue was not said',
  ),
  refused: (evidence) => {
    const { responses, asked, ended, rest } = evidence;
    if (responses.length < asked.length) return count(evidence);
    const further = responses.slice(asked.length);
    if (further.length === 0)
      return ended === 'no' ? 'the malformed request is neither answered nor refused' : null;
    const served = further.find(({ status }) => status < 400);
    if (served !== undefined) return `the malformed request was answered ${String(served.status)}`;
    return further.length > 1 || rest !== '' ? surplus(evidence) : null;
  },
  closed: (evidence) => {
    const { responses, asked, ended, isBegun, rest } = evidence;
    if (responses.length < asked.length)
      return `${ended === 'no' ? 'open' : `closed (${ended})`}, ${count(evidence)}`;
    if (ended === 'no') return 'still connected: the server does not close';
    const further = responses.slice(asked.length);
    // A word of farewell is allowed, to a request that will never be complete or to a connection that is idle too long.
    const served = further.find(({ status }) => status < 400);
    if (served !== undefined || further.length > 1 || rest !== '') {
      return isBegun && served !== undefined
        ? `closed, but an incomplete request was answered ${String(served.status)}`
        : `closed, but ${surplus(evidence)}`;
    }
    return null;
  },
};

function count({ responses, asked }: Evidence): string {
  return `${String(responses.length)} of ${String(asked.length)} requests of this connection are answered`;
}

function surplus({ responses, asked }: Evidence): string {
  return `there are more answers (${String(responses.length)}) than complete requests (${String(asked.length)})`;
}
