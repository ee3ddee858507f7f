import { describe, expect, it } from '@jest/globals';

import {
  callMachine,
  exchangeMachine,
  originMachine,
  placeMachine,
  poolMachine,
  serverMachine,
  sessionMachine,
  workerMachine,
} from '../../machines/index.js';
import { invent, readSources } from '../support/architecture/source.js';
import { flags, nameComparisons, stateAssignments } from '../support/architecture/state-assignments.js';

interface StateTree {
  readonly states: Readonly<Record<string, StateTree>>;
}

function pathsOf({ states }: StateTree): string[] {
  return Object.entries(states).flatMap(([name, child]) => [
    name,
    ...pathsOf(child).map((inner) => `${name}.${inner}`),
  ]);
}

const paths = new Set(
  [
    sessionMachine,
    exchangeMachine,
    serverMachine,
    poolMachine,
    workerMachine,
    originMachine,
    placeMachine,
    callMachine,
  ].flatMap((it) => pathsOf(it)),
);
const stateNames = { paths, names: new Set([...paths].flatMap((path) => path.split('.'))) };

/** What walks a chart, or watches one that is walked. */
const FOLDERS = ['src/session', 'src/server', 'src/client', 'src/cluster', 'src/adapters', 'src/inspect'];

/** Where a state is kept or named for display, or what is kept is no state; each with its reason. */
const KEPT: Readonly<Record<string, string>> = {
  'src/session/core/ledger.ts': 'is the owner: the node of the session chart, which its walk moves',
  'src/client/call/call.ts': 'is the owner: the node of the call chart, which its walk moves',
  'src/client/pool/place.ts': 'is the owner: the node of the place chart, which its walk moves',
  'src/client/pool/connection-pool.ts':
    'writes down what closes a connection, where a cause has the name of a state',
  'src/inspect/inspected-session.ts': 'shows a session that it hears of on a channel, and cannot ask',
  'src/inspect/inspected-clients.ts': 'shows pools and calls that it hears of, and cannot ask',
};

/** Where the name of a state is asked for, each with its reason. */
const ASKED: Readonly<Record<string, string>> = {};

/** Boolean fields, and why each is none of the states of a chart. */
const FLAGS: Readonly<Record<string, string>> = {
  'src/session/core/session-core.ts: keepAlive': 'a setting',

  'src/session/message/body-feed.ts: isHeld': 'a promise of a consumer: it comes back for more',
  'src/session/server/raw-response.ts: isChunked': 'a fact of the head, which another formatter wrote',
  'src/session/server/raw-response.ts: #isComplete': 'the end of the object: the chart has moved on by then',
  'src/adapters/node/listener/body-handover.ts: #isDiscarded':
    'nothing reads the body any more, which no chart knows',
  'src/adapters/node/listener/body-handover.ts: #isAsking': 'a promise to a stream: a piece is owed',
  'src/session/core/ledger.ts: #isDisposed': 'the end of the object, which is outside of its chart',
  'src/session/core/observers.ts: #isTelling': 'the call stack: a listener is being called',
  'src/session/client/client-exchange.ts: #offersSwitch':
    'a fact of the request, for the reader of its response',
  'src/session/client/client-request.ts: #isSent': 'of one call of request(), which may take two exchanges',
  'src/session/client/client-request.ts: #isAnswered': 'of one call of request(): its promise is settled',
  'src/session/client/holding.ts: #isNew': 'the call stack: the connection was opened in this turn',
  'src/client/call/call.ts: isReused': 'a fact of the connection, for what is published',
  'src/client/dispatcher/bilingual-handler.ts: aborted': 'the member of a controller of undici',
  'src/client/dispatcher/bilingual-handler.ts: paused': 'the member of a controller of undici',
  'src/client/dispatcher/client-dispatcher.ts: #needsDrain': 'a promise to its user: an event is owed',
  'src/client/dispatcher/controller-call.ts: aborted': 'the member of a controller of undici',
  'src/client/dispatcher/dispatched-call.ts: isPaused': 'a wish of the handler, for its body',
  'src/client/dispatcher/dispatched-call.ts: #isHanding': 'the call stack: pieces are being handed on',
  'src/client/dispatcher/sent-report.ts: #isInPieces': 'a fact of the body of a request',
  'src/client/dispatcher/sent-report.ts: #isOver': 'of the report, not of a session',
  'src/session/message/body-feed.ts: #isGivenUp': 'of the body, which may outlive its exchange',
  'src/server/demultiplexer/recognition.ts: #sawProxyHeader':
    'a fact of the bytes before there is a session: a second header is refused',
  'src/adapters/opentelemetry/client-requests.ts: #isOver': 'of the recording, not of a request',
  'src/adapters/opentelemetry/request-traces.ts: #isOver': 'of the recording, not of a session',
  'src/inspect/session-inspection.ts: #isClosed': 'of the inspection, not of a session',
  'src/inspect/stately-relay.ts: #isComplete': 'of the picture at the other end of the relay',
  'src/inspect/stately-relay.ts: #isStopped': 'of the relay, not of a session',
};

const fileOf = (place: string): string => place.replace(/:\d+$/, '');

describe('a state has one owner, the chart', () => {
  const sources = readSources(...FOLDERS);

  it('knows the names of the states from the charts', () => {
    expect([...paths]).toEqual(
      expect.arrayContaining([
        'unconnected',
        'connected.draining',
        'errored.recoverable',
        'closed',
        'draining',
      ]),
    );
  });

  it('so nothing that walks a chart keeps a state beside it', () => {
    expect(sources).not.toEqual([]);
    expect(stateAssignments(sources, stateNames).filter((place) => !(fileOf(place) in KEPT))).toEqual([]);
  });

  it('and nothing asks for the name of a state, where a tag answers', () => {
    expect(nameComparisons(sources, stateNames).filter((place) => !(fileOf(place) in ASKED))).toEqual([]);
  });

  it('and no boolean field is a state in disguise: each has a reason', () => {
    expect(flags(sources).filter((flag) => !(flag in FLAGS))).toEqual([]);
  });

  it('and no reason has outlived what it is for', () => {
    expect(Object.keys(FLAGS).filter((flag) => !flags(sources).includes(flag))).toEqual([]);
    const kept = stateAssignments(sources, stateNames).map(fileOf);
    expect(Object.keys(KEPT).filter((path) => !kept.includes(path))).toEqual([]);
    const asked = nameComparisons(sources, stateNames).map(fileOf);
    expect(Object.keys(ASKED).filter((path) => !asked.includes(path))).toEqual([]);
  });
});

const invented = (text: string) => [invent('src/session/invented.ts', text)];

describe('the scan for states that are kept', () => {
  it.each([
    `class S { close() { this.state = next; } }`,
    `class S { constructor() { this.#state = next; } }`,
    `class S { #state = next; }`,
    `class S { private _state: string; }`,
    `class S { readyState = 0; }`,
    `session.currentState = next;`,
    `this.phase ??= next;`,
    `this.#where = 'closed';`,
    `class S { #where = 'unconnected'; }`,
    `class S { #where = 'connected.open'; }`,
    `class Ledger { #stateName = chart.initial.name; }`,
    `class Observers { #told: string; }`,
    `class Pool { #told = nameOf(actor.getSnapshot()); }`,
    `class S { #lastState = ''; }`,
    `class S { #snapshot: AnySnapshot; }`,
  ])('finds %s', (text) => {
    expect(stateAssignments(invented(text), stateNames)).toEqual(['src/session/invented.ts:1']);
  });

  it.each([
    `class S { get state(): string { return this.#actor.getSnapshot().value; } }`,
    `const testimony = { state: this.state };`,
    `if (this.state === 'closed') return;`,
    `const { state } = session;`,
    `interface Testimony { readonly state: string }`,
    `this.#actor.send({ type: 'session.close' });`,
    `this.reason = 'the peer closed';`,
  ])('lets %s pass', (text) => {
    expect(stateAssignments(invented(text), stateNames)).toEqual([]);
  });
});

describe('the scan for names of states that are asked for', () => {
  it.each([
    `return this.#core.state === 'connected.draining';`,
    `if ('connected.open' !== where) return;`,
    `if (core.state === 'detached') return;`,
    `if (edge.target.name === 'unconnected.connecting') return;`,
    `if (name === 'closed' || tags.has('idle')) return;`,
    `return was.startsWith('errored');`,
    `return this.#core.state.endsWith('.lingering');`,
    `return name.includes('draining');`,
    `if (!this.matches('closed')) return;`,
    `switch (session.state) { case 'detached': }`,
    `const isListening = /^(connected|errored\\.recoverable)(\\.|$)/.test(it);`,
    `return this.stateName === 'listening.full';`,
  ])('finds %s', (text) => {
    expect(nameComparisons(invented(text), stateNames)).toEqual(['src/session/invented.ts:1']);
  });

  it.each([
    `if (core.is('draining')) return;`,
    `if (exchange.tags.has('idle')) return;`,
    `if (activity === 'idle') return;`,
    `if (edge.event === 'socket.attach') return;`,
    `switch (timer) { case 'linger': }`,
    `if (name.startsWith(prefix)) return;`,
    `const isText = /^(text|json)/.test(it);`,
  ])('lets %s pass', (text) => {
    expect(nameComparisons(invented(text), stateNames)).toEqual([]);
  });
});

describe('the scan for flags', () => {
  it.each([
    ['class Drain { #isAborting = false; }', '#isAborting'],
    ['class Client { #isPreparing: boolean; }', '#isPreparing'],
    ['class S { isOpen = true; }', 'isOpen'],
  ])('finds %s', (text, name) => {
    expect(flags(invented(text))).toEqual([`src/session/invented.ts: ${name}`]);
  });

  it.each([
    'class S { readonly isOpen = true; }',
    'class S { #count = 0; }',
    'class S { get isOpen(): boolean { return true; } }',
  ])('lets %s pass', (text) => {
    expect(flags(invented(text))).toEqual([]);
  });
});
