import net from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';

import { HTTPServer } from '../../src/server/index.js';
import type { Duplex } from 'node:stream';
import { get } from '../http/support/served.js';
import { settled } from '../transport/support/sockets.js';

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

describe('the counts of a server', () => {
  it('add up to its open sockets at all times, also of those that were handed over', async () => {
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
});
