import { describe, expect, it } from '@jest/globals';

import { requestGroupsOf } from '../../../src/inspector/model/request-groups.js';
import {
  deltaText,
  lineAt,
  linesOf,
  namesOf,
  type Line,
  type LineOptions,
} from '../../../src/inspector/page/logic/event-lines.js';
import { groupsWithin, logWithin } from '../../../src/inspector/page/logic/span.js';
import { rowsOf, rowUntil } from '../../../src/inspector/page/logic/sequence-rows.js';
import { sequenceOf } from '../../../src/inspector/model/sequence.js';
import type { ActorSummary, ChartCounts } from '../../../src/inspector/model/shapes.js';
import { changes } from '../../support/inspector/changes.js';

const children = [{ id: 'x', name: 'session 12 · request 4', chart: 'd2' }] as ActorSummary[];
const childCounts = [{ chart: 'd2', name: 'exchange' }] as ChartCounts[];
const session = { id: 'a', name: 'server session 12', session: null, children, childCounts };
const log = changes([
  ['', null, 'connected.open'],
  ['socket.attach', 'unconnected.idle', 'connected.open'],
  ['request.head', 'idle.fresh', 'active', 'x'],
  ['response.head', 'active', 'active', 'x'],
  ['response.end', 'active', 'active', 'x'],
  ['request.end', 'active', 'idle.reused', 'x'],
  ['socket.ended', 'connected.open', 'connected.halfClosed'],
]);
const report = { request: { number: 4, method: 'GET', target: '/json?page=2' }, response: 404 };
const groups = requestGroupsOf(log, { session: report });

function lines(options: Partial<LineOptions> = {}): Line[] {
  const all: LineOptions = { groups, names: namesOf(session), filter: '', hidden: new Set() };
  return linesOf(log, { ...all, ...options });
}

function told(some: readonly Line[]): string[] {
  return some.map((line) => (line.type === 'request' ? line.title : `${line.chart} ${line.words}`));
}

describe('the lines of a log', () => {
  it('each request has a head in front of its events, and bookkeeping can be hidden', () => {
    expect(told(lines({ hidden: new Set(['bookkeeping']) }))).toEqual([
      'session socket.attach',
      '#4 GET /json 404 30 ms',
      'exchange request.head',
      'exchange response.head',
      'exchange response.end',
      'exchange request.end',
      'session socket.ended',
    ]);
    expect(told(lines())[0]).toBe('session appears');
  });

  it('a request keeps its head where only a range is shown, and has none outside of it', () => {
    const within = (from: number, to: number): string[] => {
      const span = { from, to };
      const some = { groups: groupsWithin(groups, log, span), names: namesOf(session) };
      return told(linesOf(logWithin(log, span), { ...some, filter: '', hidden: new Set() }));
    };
    expect(within(1_030, 1_060)).toEqual([
      ...['#4 GET /json 404 30 ms', 'exchange response.head', 'exchange response.end'],
      ...['exchange request.end', 'session socket.ended'],
    ]);
    expect(within(1_000, 1_010)).toEqual(['session appears', 'session socket.attach']);
  });

  it('a line says how long after the line before it happened', () => {
    const deltas = lines({ hidden: new Set(['bookkeeping', 'command']) }).map((line) => {
      return line.type === 'event' ? line.delta : '#';
    });
    expect(deltas).toEqual(['#', null, 10, 10, 10, 10]);
  });

  it.each([
    ['response.head', ['#4 GET /json 404 30 ms', 'exchange response.head']],
    ['HALFCLOSED', ['session socket.ended']],
    ['server session', ['session appears', 'session socket.attach', 'session socket.ended']],
    ['appears', ['session appears']],
    ['nothing like it', []],
  ])('the filter %s finds %j', (filter, found) => {
    expect(told(lines({ filter }))).toEqual(found);
  });

  it.each(['/json', 'page=2', 'get', '404'])('the filter %s finds all events of a request', (filter) => {
    expect(told(lines({ filter }))).toEqual([
      '#4 GET /json 404 30 ms',
      'exchange request.head',
      'exchange response.head',
      'exchange response.end',
      'exchange request.end',
    ]);
  });

  it('the marked line is the last one that is shown up to a place in the log', () => {
    const all = lines({ hidden: new Set(['bookkeeping', 'socket']) });
    expect(lineAt(all, 3)).toBe(3);
    expect(lineAt(all, 6)).toBe(5);
    expect(lineAt(all, 0)).toBe(-1);
  });

  it('a session is called so among its own, and has its number among those of a server', () => {
    expect(namesOf(session).get('a')).toEqual({ name: 'server session 12', chart: 'session' });
    const sessions = [12, 13].map((n) => ({
      id: `s${String(n)}`,
      name: `server session ${String(n)}`,
      chart: 'd1',
    }));
    const server = {
      ...{ id: 's', name: 'server 1', session: null, children: sessions as ActorSummary[] },
      childCounts: [{ chart: 'd1', name: 'session' }] as ChartCounts[],
    };
    expect(namesOf(server).get('s13')?.chart).toBe('session 13');
  });

  it.each([
    [0.2, '+0 ms'],
    [999, '+999 ms'],
    [59_999, '+59.9 s'],
    [60_000, '+1 min'],
    [7_200_000, '+2 h'],
    [172_800_000, '+2 d'],
  ])('%d ms after the line before is %s', (ms, text) => {
    expect(deltaText(ms)).toBe(text);
  });
});

describe('the rows of a sequence', () => {
  const laid = rowsOf(sequenceOf(session, log, { groups }));

  it('the title of a frame has a row of its own', () => {
    expect(laid.rows.map((row) => (row.type === 'title' ? row.frame.title : row.message.label))).toEqual([
      'appears',
      'socket.attach',
      '#4 GET /json 404 30 ms',
      'request.head',
      'response.head',
      'response.end',
      'request.end',
      'socket.ended',
    ]);
    expect(laid.rowOf).toEqual([0, 1, 3, 4, 5, 6, 7]);
  });

  it('a moment is at the last message that had happened', () => {
    expect(rowUntil(laid, ({ at }) => at <= 1035)).toBe(4);
    expect(rowUntil(laid, ({ at }) => at < 0)).toBe(-1);
  });
});
