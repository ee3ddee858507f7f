import { describe, expect, it } from '@jest/globals';

import { checkTimeouts, HTTPServer } from '../../src/server/index.js';
import { createMemoryPair, VirtualClock, type MemorySocket } from '../../src/transport/index.js';
import { get } from '../http/support/served.js';

const HOUR = 3_600_000;
const LATENCY = 20;

/**
 * A load balancer that keeps one connection to its server and gives it up after an idle time, for 24 hours. Returns how many
 * requests met a connection that the server was closing: each is a 502.
 */
async function crossings(keepAlive: number, peerIdle: number): Promise<{ requests: number; lost: number }> {
  const clock = new VirtualClock();
  const server = new HTTPServer((_request, response) => response.end(), { clock, timers: { keepAlive } });
  let socket: MemorySocket | null = null;
  let lost = 0;
  let requests = 0;
  const connect = (): MemorySocket => {
    const { client, server: near } = createMemoryPair({ clock });
    client.delay(LATENCY);
    near.delay(LATENCY);
    let isWaiting = false;
    client.on('data', () => (isWaiting = false));
    client.on('error', () => undefined);
    client.on('end', () => {
      if (isWaiting) lost++;
      if (socket === client) socket = null;
      client.end();
    });
    const write = client.write.bind(client) as (data: string) => boolean;
    client.write = (data: string) => {
      isWaiting = true;
      return write(data);
    };
    server.serve(near);
    return client;
  };
  // The gaps between requests sweep over the keep-alive time of the server, a few milliseconds at a time.
  for (let gap = 0; clock.now() < 24 * HOUR; gap = (gap + 7) % 60) {
    socket ??= connect();
    socket.write(get());
    requests++;
    await clock.advance(2 * LATENCY + 10);
    const pause = keepAlive + 10 * gap - 300;
    if (pause >= peerIdle) {
      await clock.advance(peerIdle);
      (socket as MemorySocket | null)?.end();
      socket = null;
    }
    await clock.advance(Math.max(1_000, pause % 600_000));
  }
  await server.stop();
  return { requests, lost };
}

describe('a load balancer that keeps connections for 60 s, before a server that closes them after 5 s', () => {
  const PEER = 60_000;

  it('loses requests, which the linter says; after its suggestion it loses none', async () => {
    const before = await crossings(5_000, PEER);
    expect(before.lost).toBeGreaterThan(0);
    const [finding, ...others] = checkTimeouts({ timers: { keepAlive: 5_000 } }, { peerIdle: PEER });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      code: 'PEER_OUTLIVES_SERVER',
      suggestion: { parameter: 'timers.keepAlive', value: 65_000 },
    });
    const after = await crossings(finding?.suggestion.value ?? 0, PEER);
    expect(after.requests).toBeGreaterThan(500);
    expect(after.lost).toBe(0);
  }, 60_000);

  it('in a model of every instant: no crossing where the server waits longer, and some where it does not', () => {
    /** Counts the instants at which a request and a close cross, of all that are possible within a horizon. */
    const crossingsInModel = (serverIdle: number, peerIdle: number): number => {
      let count = 0;
      for (let latency = 0; latency <= 3; latency++) {
        // The peer sends at any time at which it still keeps the connection and has not heard of its end.
        for (let sendsAt = 0; sendsAt < peerIdle; sendsAt++) {
          const heardAt = serverIdle + latency;
          if (sendsAt < heardAt && sendsAt + latency >= serverIdle) count++;
        }
      }
      return count;
    };
    for (let peerIdle = 4; peerIdle <= 20; peerIdle++) {
      expect(crossingsInModel(peerIdle - 2, peerIdle)).toBeGreaterThan(0);
      // The margin of the suggestion is longer than any latency of the model.
      expect(crossingsInModel(peerIdle + 5, peerIdle)).toBe(0);
    }
  });
});

describe('the check of timeouts', () => {
  it('finds nothing in the defaults behind a load balancer of 60 s, with half a minute and more to end', () => {
    expect(checkTimeouts({}, { peerIdle: 60_000, timeToKill: 60_000 })).toEqual([]);
  });

  it.each([
    ['ADVERTISED_TOO_LONG', { advertisedKeepAlive: 65_000 }, {}],
    ['AGE_BELOW_IDLE', { timers: { connectionAge: 30_000 } }, { peerIdle: 60_000 }],
    ['GRACE_BEYOND_DEADLINE', {}, { drain: { grace: 5_000, deadline: 5_000 } }],
    ['KILLED_BEFORE_DEADLINE', {}, { timeToKill: 30_000 }],
    ['HANDLER_BEYOND_DEADLINE', {}, { slowestHandler: 60_000 }],
  ] as const)('says %s, and its suggestion ends it', (code, params, surroundings) => {
    expect(checkTimeouts(params, surroundings).map((finding) => finding.code)).toEqual([code]);
  });

  it('refuses what is no timer', () => {
    expect(() => checkTimeouts({ timers: { keepAlive: -1 } })).toThrow(RangeError);
  });
});
