import { beforeEach, describe, expect, it } from '@jest/globals';

import type { ActorSubject } from '../../../src/inspector/model/actor-entry.js';
import type { InspectionModel } from '../../../src/inspector/model/inspection-model.js';
import type { ActorQuery, LastRequest } from '../../../src/inspector/model/shapes.js';
import { modelAt } from '../../support/inspector/model.js';

function subject(peer: string, last: LastRequest | null): ActorSubject {
  return {
    peer,
    totals: { requests: 1, bytesIn: 1, bytesOut: 1, errors: 0 },
    last,
    report: () => null,
  };
}

describe('lists of actors', () => {
  let model: InspectionModel;
  let clock: { now: number };

  beforeEach(() => {
    ({ model, clock } = modelAt(1_000));
    const status = 'active';
    model.appeared({ id: 'p', name: 'process 9', parent: null, state: '', status });
    model.appeared({ id: 'q', name: 'process 10', parent: null, state: '', status });
    const actors = [
      ['s2', 'server session 2', 'p', 'open', '10.0.0.1:900', '/users', 200, null],
      [
        's10',
        'server session 10',
        'q',
        'draining',
        '10.0.0.1:1000',
        '/Orders',
        503,
        'ERR_HTTP_SESSION_TIMEOUT',
      ],
      ['s3', 'server session 3', 'p', 'closed', '9.0.0.1:80', null, 0, null],
    ] as const;
    for (const [id, name, parent, state, peer, path, code, error] of actors) {
      clock.now += 100;
      const last = path === null ? null : { method: 'GET', path, status: code, code: error };
      model.appeared({ id, name, parent, state, status, subject: subject(peer, last) });
    }
  });

  const ids = (query: ActorQuery): string[] =>
    model.list({ search: 'server session', ascending: true, ...query }).actors.map(({ id }) => id);

  it.each<[NonNullable<ActorQuery['order']>, string[]]>([
    ['name', ['s2', 's3', 's10']],
    ['peer', ['s2', 's10', 's3']],
    ['state', ['s3', 's10', 's2']],
    ['process', ['s2', 's3', 's10']],
    ['path', ['s10', 's2', 's3']],
    ['status', ['s2', 's10', 's3']],
    ['code', ['s10', 's2', 's3']],
    ['age', ['s3', 's10', 's2']],
  ])('a list is sorted by %s, as people count, and what has none comes last', (order, sorted) => {
    expect(ids({ order })).toEqual(sorted);
  });

  it('a list turned round has what is missing last, too', () => {
    expect(ids({ order: 'path', ascending: false })).toEqual(['s2', 's10', 's3']);
    expect(ids({ order: 'status', ascending: false })).toEqual(['s10', 's2', 's3']);
  });

  it('a search finds the path and the code of the last request, and the address', () => {
    const found = (search: string): string[] => ids({ search, order: 'name' });
    expect(found('orders')).toEqual(['s10']);
    expect(found('timeout')).toEqual(['s10']);
    expect(found('10.0.0.1:9')).toEqual(['s2']);
  });

  it('a list can be had in parts', () => {
    expect(ids({ order: 'name', offset: 1, limit: 1 })).toEqual(['s3']);
    expect(model.list({ search: 'server session', offset: 5 })).toMatchObject({ total: 3, actors: [] });
  });

  it('an actor names its process, its last request, and when it ended: its age stands still from then on', () => {
    clock.now = 2_000;
    model.moved('s2', { event: 'socket.closed', state: 'closed', status: 'done' });
    clock.now = 60_000;
    expect(model.list({ search: 'session 2' }).actors).toEqual([
      expect.objectContaining({
        ...{ process: 'process 9', since: 1_100, endedAt: 2_000, peer: '10.0.0.1:900' },
        last: { method: 'GET', path: '/users', status: 200, code: null },
      }),
    ]);
    expect(ids({ order: 'age', ascending: false })).toEqual(['s10', 's3', 's2']);
    expect(model.list({ search: 'session 2', at: 1_500 }).actors[0]?.endedAt).toBeNull();
  });

  it('parents that are parents of each other, as another program may say, end no search for the process', () => {
    model.appeared({ id: 'x', name: 'x', parent: 'y', state: '', status: 'active' });
    model.appeared({ id: 'y', name: 'y', parent: 'x', state: '', status: 'active' });
    expect(['x', 'y']).toContain(model.actor('x')?.process);
  });

  it('the exchange of a session of another program is named by its session', () => {
    model.appeared({ id: 'e', name: 'exchange', parent: 's2', state: 'idle', status: 'active' });
    model.appeared({ id: 'f', name: 'exchange', parent: 'unknown', state: 'idle', status: 'active' });
    expect([model.actor('e')?.name, model.actor('f')?.name]).toEqual(['session 2 · exchange', 'exchange']);
  });
});
