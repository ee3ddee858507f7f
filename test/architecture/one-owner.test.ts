import { describe, expect, it } from '@jest/globals';

import {
  exchangeMachine,
  poolMachine,
  serverMachine,
  sessionMachine,
  workerMachine,
} from '../../machines/index.js';
import { invent, readSources } from '../support/architecture/source.js';
import { stateAssignments } from '../support/architecture/state-assignments.js';

interface StateTree {
  readonly states: Readonly<Record<string, StateTree>>;
}

function stateNamesOf({ states }: StateTree): string[] {
  return Object.entries(states).flatMap(([name, child]) => [name, ...stateNamesOf(child)]);
}

const stateNames = new Set(
  [sessionMachine, exchangeMachine, serverMachine, poolMachine, workerMachine].flatMap((it) =>
    stateNamesOf(it),
  ),
);

/** What walks a chart, as opposed to being walked by one. */
const sources = readSources('src/session', 'src/server');

describe('a state has one owner, the chart', () => {
  it('knows the names of the states from the charts', () => {
    expect([...stateNames]).toEqual(
      expect.arrayContaining(['unconnected', 'connected', 'detached', 'errored', 'closed', 'draining']),
    );
  });

  it('so nothing in session and server keeps a state beside it', () => {
    expect(sources).not.toEqual([]);
    expect(stateAssignments(sources, stateNames)).toEqual([]);
  });
});

describe('the scan', () => {
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
  ])('finds %s', (text) => {
    expect(stateAssignments([invent('src/session/invented.ts', text)], stateNames)).toEqual([
      'src/session/invented.ts:1',
    ]);
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
    expect(stateAssignments([invent('src/session/invented.ts', text)], stateNames)).toEqual([]);
  });
});
