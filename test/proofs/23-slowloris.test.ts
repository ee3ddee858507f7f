import net from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';

import { HTTPServer, type HTTPServerParams } from '../../src/server/index.js';
import { createMemoryPair, VirtualClock } from '../../src/transport/index.js';
import { FarEnd } from '../http/support/far-end.js';
import { responseIn } from '../http/support/messages.js';
import { echoBody, echoPath, get } from '../http/support/served.js';
import { settled } from '../transport/support/sockets.js';

/** A server that is accepted into, in virtual time. */
class Attacked {
  readonly clock = new VirtualClock();
  readonly server: HTTPServer;

  constructor(params: HTTPServerParams = {}) {
    this.server = new HTTPServer(echoBody, { clock: this.clock, ...params });
  }

  /** A connection that comes from an address and has sent something. */
  async connect(data = '', address = '192.0.2.1'): Promise<FarEnd> {
    const pair = createMemoryPair({ clock: this.clock });
    this.server.accept(pair.server, { remote: { address, port: 1, family: 'IPv4' } });
    return new FarEnd(pair.client).send(data);
  }

  async crowd(count: number, data = '', address?: string): Promise<FarEnd[]> {
    const crowd: FarEnd[] = [];
    for (let one = 0; one < count; one++) crowd.push(await this.connect(data, address));
    return crowd;
  }
}

describe('attackers that send slowly', () => {
  it.each([
    ['nothing', '', 'firstByte'],
    ['heads byte by byte', 'GET /', 'head'],
    ['bodies byte by byte', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n', 'message'],
  ] as const)('%s are gone after their time, whatever they drip', async (_what, data, timer) => {
    const attacked = new Attacked({ timers: { [timer]: 5_000 } });
    const slow = await attacked.crowd(50, data);
    for (let second = 0; second < 4; second++) {
      await attacked.clock.advance(1_000);
      if (data !== '') for (const end of slow) end.socket.write('x');
    }
    await settled();
    expect(attacked.server.currentConnections).toBe(50);
    await attacked.clock.advance(1_100);
    // What was answered with 408 lingers for a moment, so that the answer arrives.
    await attacked.clock.advance(2_100);
    expect(attacked.server.currentConnections).toBe(0);
  });
});

describe('more connections than there may be', () => {
  it('are refused with 503, and legitimate ones are served meanwhile', async () => {
    const attacked = new Attacked({ maxConnections: 10 });
    const legitimate = await attacked.connect(get());
    await attacked.crowd(9);
    expect(attacked.server.overloaded).toBe(true);
    const refused = await attacked.connect(get());
    expect(responseIn(refused.text)).toMatchObject({
      status: 503,
      fields: ['Content-Length: 0', 'Retry-After: 1', 'Connection: close'],
    });
    expect(refused.wasReset).toBe(false);
    expect(attacked.server).toMatchObject({
      currentConnections: 10,
      refusedConnections: 1,
      totalConnections: 10,
    });
    legitimate.take();
    await legitimate.send(get());
    expect(responseIn(legitimate.text).status).toBe(200);
    await legitimate.fin();
    expect(attacked.server.overloaded).toBe(false);
    expect(responseIn((await attacked.connect(get())).text).status).toBe(200);
  });

  it('displace idle ones where that is the policy, the longest idle first, and never active ones', async () => {
    const attacked = new Attacked({ maxConnections: 3, overload: 'shedIdle' });
    const active = await attacked.connect('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n');
    const [first, second] = [await attacked.connect(get()), await attacked.connect(get())];
    await attacked.clock.advance(10);
    expect(responseIn((await attacked.connect(get())).text).status).toBe(200);
    expect([active.ended, first.ended, second.ended]).toEqual([false, true, false]);
    const hold = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n';
    await attacked.connect(hold);
    await attacked.connect(hold);
    expect(responseIn((await attacked.connect(get())).text).status).toBe(503);
    expect(attacked.server.currentConnections).toBe(3);
  });

  it('of one address leave room for others', async () => {
    const attacked = new Attacked({ maxConnectionsPerAddress: 5 });
    const crowd = await attacked.crowd(8, '', '192.0.2.9');
    expect(attacked.server).toMatchObject({ currentConnections: 5, refusedConnections: 3 });
    expect(responseIn((await attacked.connect(get(), '192.0.2.1')).text).status).toBe(200);
    await crowd[0]?.fin();
    expect(responseIn((await attacked.connect(get(), '192.0.2.9')).text).status).toBe(200);
  });

  it('find the port closed where that is the policy, until there is room again', async () => {
    const server = new HTTPServer(echoPath, { maxConnections: 1, overload: 'stopAccepting' });
    const { port } = await server.listen();
    const connect = (): net.Socket => net.connect(port, '127.0.0.1').on('error', () => undefined);
    const first = connect();
    await once(first, 'connect');
    while (!server.overloaded) await settled();
    const second = connect();
    const [error] = (await once(second, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    first.destroy();
    while (server.overloaded) await settled();
    const third = connect();
    await once(third, 'connect');
    third.write(get('/third', 'Connection: close\r\n'));
    expect(String(await once(third, 'data'))).toContain('/third');
    third.destroy();
    await server.stop();
  });
});
