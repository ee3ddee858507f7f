import { afterEach, describe, expect, it } from '@jest/globals';

import {
  CLIENT_TRANSITION_CHANNEL,
  POOL_CHANNEL,
  clientTransitions,
  pools,
  type ClientTransitionMessage,
  type PoolMessage,
} from '../../../src/client/diagnostics.js';
import { Heard } from '../../support/client/heard.js';
import { PublishedPool } from '../../support/client/published-pool.js';

afterEach(() => {
  expect([clientTransitions.hasSubscribers, pools.hasSubscribers]).toEqual([false, false]);
});

describe('the transitions of a pool', () => {
  it('each transition of a place has its states, its event, its session and how long it took', async () => {
    const pool = new PublishedPool(7);
    const place = pool.place();
    using moves = new Heard<ClientTransitionMessage>(CLIENT_TRANSITION_CHANNEL);
    place.session = { id: 42 };
    place.send('session.opened');
    await pool.clock.advance(250);
    place.send('place.reserve');
    expect(moves.messages).toMatchObject([
      {
        ...{ chart: 'place', id: 1, clientId: 7, origin: 'https://api.example', sessionId: 42 },
        ...{ event: 'session.opened', from: 'connecting', to: 'idle', isOver: false },
        ...{ at: 1_000_000, heldFor: undefined },
      },
      { event: 'place.reserve', from: 'idle', to: 'reserved', at: 1_000_250, heldFor: 250 },
    ]);
  });

  it('a place that is free, and a pool that is not used, are over', () => {
    const pool = new PublishedPool(7);
    using moves = new Heard<ClientTransitionMessage>(CLIENT_TRANSITION_CHANNEL);
    pool.send('pool.wanted');
    pool.place().send('place.unwanted');
    pool.send('pool.unused', 'pool.wanted');
    expect(moves.messages.map(({ chart, isOver }) => [chart, isOver])).toEqual([
      ['origin', false],
      ['place', true],
      ['origin', true],
      ['origin', false],
    ]);
  });
});

describe('the connections of a pool', () => {
  it('a connection is opened and closed, with its duration, its requests and what closed it', async () => {
    const pool = new PublishedPool(7);
    using events = new Heard<PoolMessage>(POOL_CHANNEL);
    const place = pool.place();
    place.session = { id: 42 };
    place.send('session.opened');
    await pool.clock.advance(8_000);
    place.requests = 3;
    pool.publisher.placeGone(place, 'idle');
    expect(events.messages).toEqual([
      {
        ...{ kind: 'opened', origin: 'https://api.example', placeId: 1, sessionId: 42, at: 1_000_000 },
        ...{ duration: undefined, requests: 0, closedBy: undefined },
      },
      {
        ...{ kind: 'closed', origin: 'https://api.example', placeId: 1, sessionId: 42, at: 1_008_000 },
        ...{ duration: 8_000, requests: 3, closedBy: 'idle' },
      },
    ]);
  });

  it('a connection that could not be opened is refused, and never closed', () => {
    const pool = new PublishedPool(7);
    using events = new Heard<PoolMessage>(POOL_CHANNEL);
    pool.publisher.placeGone(pool.place(), 'failed');
    expect(events.messages).toMatchObject([{ kind: 'refused', sessionId: undefined, closedBy: 'failed' }]);
  });

  it('a finding has the origin that it is about', () => {
    const pool = new PublishedPool(7);
    using events = new Heard<PoolMessage>(POOL_CHANNEL);
    pool.publisher.found({ code: 'SERVER_CLOSES_FIRST', ownIdle: 8_000, serverIdle: 5_000 });
    expect(events.messages).toEqual([
      {
        ...{ kind: 'finding', code: 'SERVER_CLOSES_FIRST', origin: 'https://api.example' },
        ...{ ownIdle: 8_000, serverIdle: 5_000, at: 1_000_000 },
      },
    ]);
  });
});
