import net from 'node:net';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from '@jest/globals';

import { ServerTelemetry } from '../../src/adapters/opentelemetry/index.js';
import { HTTPServer } from '../../src/server/index.js';
import type { HTTPServerResponse, HTTPServerSession } from '../../src/session/index.js';
import { createMemoryPair, VirtualClock, type MemorySocket } from '../../src/transport/index.js';
import { FarEnd } from '../support/http/far-end.js';
import { get } from '../support/http/served.js';
import { settled } from '../support/transport/sockets.js';

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

type Step = readonly [name: string, act: () => unknown];

/** A server whose connections come, do things and go, in virtual time and at random; a seed repeats it. */
class RandomLife {
  readonly #clock = new VirtualClock();
  readonly #server: HTTPServer;
  readonly #random: (below: number) => number;
  readonly #sockets = new Set<MemorySocket>();
  readonly #clients: FarEnd[] = [];
  readonly #taken: Duplex[] = [];
  readonly #held: HTTPServerResponse[] = [];
  /** The states that connections were in. */
  readonly seen = new Set<string>();

  constructor(telemetry: ServerTelemetry, seed: number) {
    let state = seed;
    this.#random = (below) => (state = (state * 48_271) % 2_147_483_647) % below;
    const handler = telemetry.traced((request, response) => {
      if (request.path === '/upgrade')
        this.#taken.push(response.upgrade().socket.on('error', () => undefined));
      else if (request.path === '/held') this.#held.push(response);
      else response.end('x');
    });
    this.#server = new HTTPServer(handler, {
      clock: this.#clock,
      timers: { firstByte: 5_000, head: 5_000, keepAlive: 5_000, linger: 3_000, connectionAge: 2_000 },
      maxConnections: 40,
      overload: 'shedIdle',
    });
    telemetry.observe(this.#server);
  }

  /** Sockets that are open, counted at the sockets themselves. */
  get open(): number {
    return [...this.#sockets].filter((socket) => !socket.destroyed).length;
  }

  get #client(): FarEnd | undefined {
    const alive = this.#clients.filter(({ socket }) => socket.writable);
    return alive[this.#random(alive.length || 1)];
  }

  readonly #steps: readonly Step[] = [
    ['connect', () => this.#connect()],
    ['connect', () => this.#connect()],
    ['ask', () => this.#client?.socket.write(get('/'))],
    ['ask and wait', () => this.#client?.socket.write(get('/held'))],
    ['ask for the last time', () => this.#client?.socket.write(get('/', 'Connection: close\r\n') + get('/'))],
    ['upgrade', () => this.#client?.socket.write(get('/upgrade', 'Connection: Upgrade\r\nUpgrade: a\r\n'))],
    ['break the rules', () => this.#client?.socket.write('BAD\r\n\r\n')],
    ['begin a head', () => this.#client?.socket.write('GET /')],
    ['reset', () => this.#client?.socket.reset()],
    ['finish', () => this.#client?.socket.end()],
    ['answer', () => this.#answer()],
    ['end what was taken', () => this.#taken.pop()?.destroy()],
    ['abort', () => this.#anySession?.abort()],
    ['wait', () => this.#clock.advance(1_000)],
  ];

  get #anySession(): HTTPServerSession | undefined {
    const live = [...this.#server.sessions].filter((session) => session.connected());
    return live[this.#random(live.length || 1)];
  }

  #connect(): void {
    const { client, server } = createMemoryPair();
    // What is refused is not one of the server's connections.
    if (this.#server.accept(server) !== null) this.#sockets.add(server);
    this.#clients.push(new FarEnd(client));
  }

  #answer(): void {
    const response = this.#held.shift();
    if (response?.finished === false) response.end();
  }

  /** Something happens, and everything that it causes. */
  async step(): Promise<string> {
    const [name, act] = this.#steps[this.#random(this.#steps.length)] as Step;
    await act();
    await settled();
    for (const state of Object.keys(this.#server.counts().states)) this.seen.add(state);
    return name;
  }

  /** A drain, at the end of which no socket is open. */
  async end(): Promise<void> {
    const report = this.#server.drain({ grace: 1_000, deadline: 10_000 });
    await this.#clock.advance(11_000);
    await report;
    await settled();
    expect([this.open, this.#server.currentConnections]).toEqual([0, 0]);
  }
}

describe('the counts of a server', () => {
  it('the counts of a server add up to its open sockets at all times, handed-over ones included', async () => {
    const accepted = new Set<net.Socket>();
    const taken: Duplex[] = [];
    const listener = net.createServer({ allowHalfOpen: true });
    const server = new HTTPServer((request, response) => {
      if (request.path === '/upgrade') taken.push(response.upgrade().socket.on('error', () => undefined));
      else if (request.path !== '/held') response.end('x');
    });
    server.attach(listener);
    listener.on('connection', (socket: net.Socket) => accepted.add(socket));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as net.AddressInfo;
    const clients: net.Socket[] = [];
    let state = 22;
    const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
    const seen = new Set<string>();
    const check = (): void => {
      const { states, activities } = server.counts();
      const open = [...accepted].filter((socket) => !socket.closed && !socket.destroyed).length;
      for (const name of Object.keys(states)) seen.add(name);
      expect(sum(activities)).toBe(server.currentConnections);
      expect(sum(states)).toBe(server.currentConnections);
      // A socket that is being closed in order may outlive its session by what is still to be sent.
      expect(server.currentConnections).toBeGreaterThanOrEqual(open - closing());
      expect(server.currentConnections).toBeLessThanOrEqual(
        [...accepted].filter((socket) => !socket.closed).length,
      );
    };
    const closing = (): number =>
      [...accepted].filter((socket) => socket.writableEnded && !socket.destroyed).length;
    const pick = (): net.Socket | undefined => clients.splice(random(clients.length || 1), 1)[0];
    const steps = [
      async (): Promise<void> => {
        const client = net.connect(port, '127.0.0.1').on('error', () => undefined);
        clients.push(client.resume());
        await once(client, 'connect');
      },
      () => clients[random(clients.length || 1)]?.write(get('/')),
      () => clients[random(clients.length || 1)]?.write(get('/held')),
      () =>
        clients[random(clients.length || 1)]?.write(get('/upgrade', 'Connection: Upgrade\r\nUpgrade: a\r\n')),
      () => pick()?.resetAndDestroy(),
      () => pick()?.end(),
      () => taken.pop()?.destroy(),
    ];
    for (let step = 0; step < 600; step++) {
      await steps[random(steps.length + 3) % steps.length]?.();
      await settled();
      check();
    }
    expect([...seen]).toEqual(expect.arrayContaining(['connected.open', 'detached']));
    await server.stop();
    expect(server.counts().states).toEqual({});
  });

  it('the gauges of the telemetry equal the open sockets at every step of a random life over memory', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    using telemetry = new ServerTelemetry({ meterProvider: new MeterProvider({ readers: [reader] }) });
    const life = new RandomLife(telemetry, 2_022);
    for (let step = 0; step < 1_000; step++) {
      const what = await life.step();
      const { resourceMetrics } = await reader.collect();
      const gauges = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
      for (const name of ['http_session.connections', 'http_session.connections.activity']) {
        const points = gauges.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
        const total = points.reduce((all, { value }) => all + (value as number), 0);
        expect([step, what, name, total]).toEqual([step, what, name, life.open]);
      }
    }
    expect([...life.seen].sort()).toEqual([
      'connected.draining',
      'connected.halfClosed',
      'connected.lingering',
      'connected.open',
      'detached',
      'errored.recoverable.lingering',
    ]);
    await life.end();
    await reader.shutdown();
  });
});
