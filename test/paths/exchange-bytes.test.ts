import { beforeAll, describe, expect, it } from '@jest/globals';

import { Coverage, exchangeModel, ModelGraph } from '../../src/testing/index.js';
import { clientEnd, requestingEnd, serverEnd, type End } from '../support/paths/exchange-ends.js';
import { explore } from '../support/paths/exchange-exploration.js';

/*
 * Which transitions of the message cycle bytes and calls bring about, on real sessions of either role: in every state that is
 * reached, everything is tried that the peer may send and the user may call. The chart has more, as its regions are independent
 * of each other and of the role. Why nothing brings about the rest, and that nothing does, is stated here.
 */

const graph = ModelGraph.of(exchangeModel);
const coverage = new Coverage(exchangeModel, graph);
const ENDS: readonly (() => End)[] = [clientEnd, requestingEnd, serverEnd];

/** Transitions, by event and the states they lead out of, that nothing can bring about. */
interface Unreached {
  readonly why: string;
  /** All events, when there is none. */
  readonly events?: readonly string[];
  readonly from: RegExp;
}

const UNREACHED: readonly Unreached[] = [
  {
    why: 'the first of a final response ends the wait for 100 Continue and declines the offer, and never comes before them',
    from: /request\.(awaitingContinue|offered\.\w+),response\.(body|done)/,
  },
  {
    why: 'a refused request ends together with its response',
    from: /request\.refused,response\.done/,
  },
  {
    why: 'a request is given up because there is a response, not before',
    from: /request\.abandoned,response\.waiting/,
  },
  {
    why: 'a session forgets a connection before it takes the next one',
    events: ['connection.opened'],
    from: /^(?!idle\.fresh$|(preparing\.(cancelled\.)?)?closed$)/,
  },
  { why: 'there is no connection', events: ['connection.closed', 'exchange.fail'], from: /^closed$/ },
  {
    why: 'a connection on which a head is arriving is not closed',
    events: ['connection.close'],
    from: /^idle\.receiving/,
  },
  {
    why: 'what a head says is reported together with it, and close last of all',
    events: ['request.expect', 'request.offer'],
    from: /keepAlive\.off|response\.(body|done)/,
  },
  {
    why: 'that the body has begun is reported only after 100 Continue, and while the request may be repeated',
    events: ['request.stream'],
    from: /replay\.impossible,cycle\(request\.(offered\.)?(body|awaitingContinue),/,
  },
  {
    why: 'a complete request has no more of a body',
    events: ['request.stream'],
    from: /replay\.possible,cycle\(request\.(done|offered\.mightSwitch),/,
  },
  {
    why: 'a request that may be repeated is known whole: it is complete, or waits for 100 Continue',
    events: ['request.replay'],
    from: /request\.(offered\.)?body,/,
  },
  {
    why: 'a request is given up because there is a response, and unless it is complete or refused',
    events: ['request.abandon'],
    from: /response\.waiting|request\.(done|refused),/,
  },
  {
    why: 'a request is prepared once the one before is complete, and its response has begun',
    events: ['request.prepare'],
    from: /request\.(body|awaitingContinue|continued|offered\.\w+),|response\.(waiting|done)/,
  },
  {
    why: 'what ends a connection that is used up, or broke the rules, is not for the next request to say',
    events: ['request.prepare'],
    from: /^(mustClose|error)$/,
  },
  {
    why: 'connecting succeeds here, and at once',
    events: ['request.cancel'],
    from: /^preparing\.closed$/,
  },
  {
    why: 'instead of a connection with too much left to read another one is opened',
    events: ['request.prepared'],
    from: /^preparing\.discarding/,
  },
  {
    why: 'no message is being read',
    events: ['exchange.fail'],
    from: /^(mustClose|error|switched|reserved\.\w+|preparing\.(?!discarding).*)$|response\.done/,
  },
];

/** Why a transition cannot be brought about; nothing where it can. */
function reasonsFor(from: string, event: string): string[] {
  return UNREACHED.filter((rule) => (rule.events?.includes(event) ?? true) && rule.from.test(from)).map(
    ({ why }) => why,
  );
}

beforeAll(async () => {
  for (const open of ENDS) {
    for (const steps of await explore(open)) {
      coverage.begin();
      for (const { from, event, to } of steps) {
        const edge = graph.edge(from, event);
        if (edge?.to !== to) throw new Error(`${from} has no transition for ${event} to ${to}`);
        coverage.take(edge);
      }
    }
  }
}, 60_000);

describe('the message cycle, brought about by bytes and calls', () => {
  it('bytes and calls take each transition of the message cycle, except the listed ones', () => {
    const wrong = graph.edges
      .filter((edge) => coverage.timesTaken(edge) > 0 === reasonsFor(edge.from, edge.event).length > 0)
      .map((edge) => `${edge.from} --${edge.event}-->, taken: ${String(coverage.timesTaken(edge))}`);
    expect(wrong).toEqual([]);
  });

  it('the message cycle has the expected number of states, transitions and pairs', () => {
    const { states, transitions, pairs } = coverage.toJSON();
    expect([states.covered, states.total]).toEqual([58, 82]);
    expect([transitions.covered, transitions.total]).toEqual([346, 746]);
    expect([pairs.covered, pairs.total]).toEqual([732, 5637]);
  });

  it.each(UNREACHED)('the listed reason is used: $why', ({ events, from }) => {
    const all = graph.edges.filter((edge) => (events?.includes(edge.event) ?? true) && from.test(edge.from));
    expect(all.length).toBeGreaterThan(0);
  });
});
