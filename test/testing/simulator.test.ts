import { describe, expect, it } from '@jest/globals';

import { HTTPServer } from '../../src/server/index.js';
import { randomTraffic, simulate, type AcceptConnection, type Simulation } from '../../src/testing/index.js';

const server = ({ clock }: Simulation): AcceptConnection => {
  const serving = new HTTPServer(
    async (request, response) => {
      if (request.method === 'POST') response.end(await request.bytes());
      else response.end('Hello!');
    },
    { clock },
  );
  return (socket) => serving.serve(socket);
};

const traffic = (seed: number): ReturnType<typeof simulate> =>
  simulate({ seed, serve: server, script: randomTraffic({ clients: 8, post: '/' }) });

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('a simulation', () => {
  it('a simulation is the same for the same seed, byte for byte', async () => {
    const [one, again, other] = [await traffic(7), await traffic(7), await traffic(8)];
    expect(one.log).toBe(again.log);
    expect(one.log).not.toBe(other.log);
    expect(one.log.split('\n').length).toBeGreaterThan(60);
  });

  it('a simulation scripts the network: segments, delay, stall', async () => {
    const { log, clients } = await simulate({
      serve: server,
      script: async (world) => {
        const client = world.connect('anna');
        client.up.delay(40);
        client.down.segment([9]);
        client.down.stall();
        client.send(REQUEST);
        await world.advance(39);
        client.down.unstall();
        await world.advance(0);
        expect(client.received).toBe('');
        await world.advance(1);
        client.fin();
        await world.advance(40);
      },
    });
    expect(clients[0]?.received).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nHello!$/);
    expect(clients[0]?.ended).toBe('FIN');
    const lines = log.split('\n');
    expect(lines.slice(0, 7)).toEqual([
      '       0 ms  anna connects',
      '       0 ms  anna up: delayed by 40 ms',
      '       0 ms  anna down: cut into 9',
      '       0 ms  anna down: stalls',
      `       0 ms  anna > "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n" (27 bytes)`,
      '      39 ms  anna down: flows again',
      '      40 ms  anna < "HTTP/1.1 " (9 bytes)',
    ]);
    expect(lines.at(-1)).toBe('      80 ms  anna < FIN');
  });

  it('a simulation lets virtual time pass without waiting for it', async () => {
    const { clients, log } = await simulate({
      serve: server,
      script: async (world) => {
        world.connect().send('GET / HT');
        await world.advance(60_100);
      },
    });
    expect(clients[0]?.received).toMatch(/^HTTP\/1\.1 408 /);
    expect(log).toMatch(/^ {3}60\d\d\d ms {2}client 1 < "HTTP\/1.1 408/m);
  });

  it('a simulation resets connections, both ways', async () => {
    const gone: string[] = [];
    await simulate({
      serve: () => (socket) => {
        socket.on('error', (error: NodeJS.ErrnoException) => gone.push(error.code ?? ''));
        socket.resume();
      },
      script: async (world) => {
        world.connect().reset();
        await world.advance();
      },
    });
    expect(gone).toEqual(['ECONNRESET']);
  });

  it('a simulation refuses a connection without a server, and rethrows the error of a server', async () => {
    await expect(
      simulate({
        serve: () => () => {
          throw new Error('no room');
        },
        script: async (world) => {
          world.connect();
        },
      }),
    ).rejects.toThrow('no room');
  });
});
