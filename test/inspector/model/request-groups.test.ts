import { describe, expect, it } from '@jest/globals';

import {
  requestGroupsOf,
  requestTitle,
  type RequestGroup,
} from '../../../src/inspector/model/request-groups.js';
import type { RequestRow } from '../../../src/inspector/model/traffic-shapes.js';
import { changes } from '../../support/inspector/changes.js';

type Step = Parameters<typeof changes>[0][number];

const IN = 'x';
const request = (end = 'idle.reused'): Step[] => [
  ['request.head', 'idle.reused', 'active', IN],
  ['request.end', 'active', 'active', IN],
  ['response.head', 'active', 'active', IN],
  ['response.end', 'active', end, IN],
];

function row(of: Partial<RequestRow>): RequestRow {
  return {
    ...{
      number: 1,
      at: 1000,
      session: 'a',
      sessionName: 'server session 1',
      role: 'server',
      turn: 1,
      method: 'GET',
      path: '/',
    },
    ...{ status: 200, bytesIn: 40, bytesOut: 80, duration: 3, outcome: 'completed', code: null },
    phases: { head: 0, waiting: 1, body: 0, sending: 2 },
    ...of,
  };
}

function stretches(groups: readonly RequestGroup[]): [number, number][] {
  return groups.map(({ first, end }) => [first, end]);
}

describe('the requests in a log', () => {
  it('each request is a stretch of the log, and what is between them belongs to none', () => {
    const log = changes([
      ['socket.attach', 'unconnected.idle', 'connected.open'],
      ...request(),
      ['', null, '', 'child'],
      ['request.begin', 'idle.reused', 'idle.receiving.reused', IN],
      ...request(),
      ['socket.ended', 'connected.open', 'connected.halfClosed'],
      ['connection.closed', 'idle.reused', 'closed', IN],
    ]);
    const groups = requestGroupsOf(log);
    expect(stretches(groups)).toEqual([
      [1, 5],
      [6, 11],
    ]);
    expect(groups.map(requestTitle)).toEqual(['#1 30 ms', '#2 30 ms']);
  });

  it('what prepares a connection for a request of a client belongs to the request', () => {
    const log = changes([
      ['request.prepare', 'idle.fresh', 'preparing.fresh', IN],
      ['session.connect', 'unconnected.idle', 'unconnected.connecting'],
      ['request.prepared', 'preparing.fresh', 'idle.fresh', IN],
      ...request(),
      ['request.reserve', 'idle.reused', 'reserved', IN],
      ['request.release', 'reserved', 'idle.reused', IN],
      ['session.close', 'connected.open', 'closed'],
    ]);
    expect(stretches(requestGroupsOf(log))).toEqual([[0, 7]]);
  });

  it('a request that fails takes with it what the failure brings at once', () => {
    const log = changes([
      ['request.head', 'idle.fresh', 'active', IN],
      ['exchange.fail', 'active', 'error', IN],
      ['exception.set', 'connected.open', 'errored.fatal'],
      ['session.close', 'errored.fatal', 'closed'],
      ['', 'closed', 'closed'],
    ]);
    const late = log.map((entry) => (entry.number === 4 ? { ...entry, at: 9000 } : entry));
    expect(stretches(requestGroupsOf(log))).toEqual([[0, 3]]);
    expect(stretches(requestGroupsOf(late))).toEqual([[0, 3]]);
    expect(requestGroupsOf(log).map(requestTitle)).toEqual(['#1 failed 10 ms']);
  });

  it('a request in progress reaches to the end of the log', () => {
    const log = changes([...request().slice(0, 2), ['', null, '', 'child']]);
    const [group] = requestGroupsOf(log);
    expect(group).toMatchObject({ first: 0, end: 3, outcome: 'open', duration: 20 });
    expect(requestTitle(group as RequestGroup)).toBe('#1 in progress');
  });

  it('a response that is complete before its request is, is complete when the connection ends', () => {
    const log = changes([
      ['request.head', 'idle.fresh', 'active', IN],
      ['response.head', 'active', 'active', IN],
      ['response.end', 'active', 'mustClose', IN],
      ['connection.closed', 'mustClose', 'closed', IN],
    ]);
    expect(requestGroupsOf(log)).toMatchObject([{ end: 4, outcome: 'completed' }]);
  });

  it('logs of other machines, and of several sessions side by side, have no requests', () => {
    expect(requestGroupsOf(changes([['push', 'off', 'on']]))).toEqual([]);
    const two = changes([
      ['request.head', 'idle.fresh', 'active', 'x'],
      ['request.head', 'idle.fresh', 'active', 'y'],
    ]);
    expect(requestGroupsOf(two)).toEqual([]);
  });
});

describe('what is known of the requests in a log', () => {
  const log = changes([...request(), ...request()]);

  it('the session knows the number, the target and the status of its last request', () => {
    const session = { request: { number: 22, method: 'GET', target: '/json?a=1' }, response: 200 };
    expect(requestGroupsOf(log, { session }).map(requestTitle)).toEqual([
      '#21 30 ms',
      '#22 GET /json 200 30 ms',
    ]);
  });

  it('in a log that was cut, requests have no number of their own', () => {
    expect(requestGroupsOf(log, { isLogCut: true }).map(requestTitle)).toEqual([
      'request 30 ms',
      'request 30 ms',
    ]);
  });

  it('rows of requests are found by their number on the session', () => {
    const session = { request: { number: 22, method: 'GET', target: '/x' }, response: 200 };
    const rows = [
      row({
        turn: 21,
        at: 1001,
        method: 'POST',
        path: '/echo',
        status: 500,
        outcome: 'failed',
        code: 'ERR_X',
      }),
      row({ turn: 22, at: 1041, path: '/json', duration: 2.6 }),
    ];
    expect(requestGroupsOf(log, { session, rows }).map(requestTitle)).toEqual([
      '#21 POST /echo 500 failed ERR_X 3 ms',
      '#22 GET /json 200 3 ms',
    ]);
  });

  it('rows of requests are found by their time where numbers do not agree', () => {
    const rows = [row({ turn: 8, at: 1041, path: '/late' }), row({ turn: 7, at: 1001, path: '/early' })];
    expect(requestGroupsOf(log, { isLogCut: true, rows }).map(requestTitle)).toEqual([
      '#7 GET /early 200 3 ms',
      '#8 GET /late 200 3 ms',
    ]);
  });

  it('a request without a row is told by the log', () => {
    const rows = [row({ turn: 7, at: 1041, path: '/late' })];
    expect(requestGroupsOf(log, { isLogCut: true, rows }).map(requestTitle)).toEqual([
      'request 30 ms',
      '#7 GET /late 200 3 ms',
    ]);
  });
});
