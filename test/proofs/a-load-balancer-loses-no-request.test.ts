import { describe, expect, it } from '@jest/globals';

import { checkTimeouts, HTTPServer } from '../../src/server/index.js';
import { createMemoryPair, VirtualClock, type MemorySocket } from '../../src/transport/index.js';
import { FarEnd } from '../support/http/far-end.js';
import { statusesIn } from '../support/http/messages.js';
import { get } from '../support/http/served.js';
import { settled } from '../support/transport/sockets.js';

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

describe('a load balancer that keeps connections for 60 s, in front of a server that closes them after 5 s', () => {
  const PEER = 60_000;

  it('checkTimeouts() reports that requests get lost, and with its suggestion none is', async () => {
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

  it('no request crosses a close with the suggested margin at any instant; without it some do, even with equal timeouts', () => {
    const LATENCIES = [0, 1, 2];
    /** Counts the runs in which a request and a close cross, of all that there are. */
    const crossingsInModel = (serverIdle: number, peerIdle: number): number => {
      let count = 0;
      // The server idles from its response on, the peer from when it has that.
      for (const response of LATENCIES) {
        for (let sendsAt = response; sendsAt < response + peerIdle; sendsAt++) {
          for (const request of LATENCIES) {
            for (const fin of LATENCIES) {
              const isOpenForPeer = sendsAt < serverIdle + fin;
              const isClosedByServer = sendsAt + request >= serverIdle;
              if (isOpenForPeer && isClosedByServer) count++;
            }
          }
        }
      }
      return count;
    };
    for (let peerIdle = 4; peerIdle <= 20; peerIdle++) {
      for (let serverIdle = 1; serverIdle <= peerIdle; serverIdle++) {
        expect(crossingsInModel(serverIdle, peerIdle)).toBeGreaterThan(0);
      }
      // The margin of the suggestion is longer than the latencies there and back.
      expect(crossingsInModel(peerIdle + 5, peerIdle)).toBe(0);
    }
  });

  it('the real server behaves like that model, for every latency and instant of a grid', async () => {
    const peerIdle = 300;
    const lost = async (keepAlive: number): Promise<number> => {
      let count = 0;
      for (const up of [0, 20, 40]) {
        for (const down of [0, 20, 40]) {
          for (let gap = 100; gap < peerIdle; gap += 10) {
            if (await isLost(keepAlive, gap, up, down)) count++;
          }
        }
      }
      return count;
    };
    expect(await lost(200)).toBeGreaterThan(0);
    expect(await lost(peerIdle)).toBeGreaterThan(0);
    const [finding] = checkTimeouts({ timers: { keepAlive: 200 } }, { peerIdle });
    expect(await lost(finding?.suggestion.value ?? 0)).toBe(0);
  });

  it('a connection age below the idle time loses no request, because the last response says close', async () => {
    const clock = new VirtualClock();
    const server = new HTTPServer((_request, response) => response.end(), {
      clock,
      timers: { keepAlive: 65_000, connectionAge: 10_000 },
    });
    for (let gap = 0; gap < PEER; gap += 1_000) {
      const { client, server: near } = createMemoryPair({ clock });
      server.serve(near);
      const far = new FarEnd(client);
      await far.send(get());
      await clock.advance(gap);
      expect(far.ended).toBe(false);
      await far.send(get());
      expect(statusesIn(far.text)).toEqual([200, 200]);
      expect(far.ended).toBe(gap >= 10_000);
      client.destroy();
    }
    await server.stop();
  });
});

/** Whether a request that a client sends `gap` after its last response meets the close of its connection. */
async function isLost(keepAlive: number, gap: number, up: number, down: number): Promise<boolean> {
  const clock = new VirtualClock();
  const server = new HTTPServer((_request, response) => response.end(), { clock, timers: { keepAlive } });
  const { client, server: near } = createMemoryPair({ clock });
  client.delay(up);
  near.delay(down);
  server.serve(near);
  const far = new FarEnd(client);
  await far.send(get());
  await clock.advance(up + down);
  await clock.advance(gap);
  // Who has heard of the end takes another connection, and nothing is lost.
  const hasHeard = far.ended;
  if (!hasHeard) await far.send(get());
  await clock.advance(up + down);
  await settled();
  const answers = statusesIn(far.text).length;
  client.destroy();
  await server.stop();
  return !hasHeard && answers < 2;
}
