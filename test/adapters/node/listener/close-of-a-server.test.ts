import { once } from 'node:events';
import http, { type RequestListener, type Server, type ServerResponse } from 'node:http';
import net from 'node:net';
import { describe, expect, it } from '@jest/globals';

import { onSessions } from '../../../../src/adapters/node/index.js';
import { TIMEOUTS } from '../../../../src/constants.js';
import { VirtualClock } from '../../../../src/transport/index.js';
import { get } from '../../../support/http/served.js';
import { responsesIn } from '../../../support/http/messages.js';
import { until } from '../../../support/transport/until.js';

/** A client that keeps what it gets. */
class Client {
  readonly socket: net.Socket;
  text = '';

  constructor(server: Server) {
    const { port } = server.address() as net.AddressInfo;
    this.socket = net.connect(port, '127.0.0.1');
    // A reset is an end as well.
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
    });
  }

  send(data: string): this {
    this.socket.write(data);
    return this;
  }

  /** The bodies that have come, each with what its head says of the connection. */
  get answers(): string[] {
    return responsesIn(this.text).map(({ body, fields }) => {
      const [connection] = fields.filter((field) => /^connection:/i.test(field));
      return `${body}, ${String(connection)}`;
    });
  }

  async saw(body: string): Promise<void> {
    await until(() => this.text.endsWith(body));
  }
}

async function listening(server: Server): Promise<Server> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

const byPath: RequestListener = ({ url = '' }, response) => {
  response.setHeader('Content-Length', url.length);
  response.end(url);
};

describe('close() of a server on sessions', () => {
  it('a response in progress during close() keeps its connection, and the next request reaches the listener', async () => {
    const waiting: ServerResponse[] = [];
    const server = await listening(
      onSessions(
        http.createServer((request, response) => {
          if (request.url === '/1') waiting.push(response);
          else byPath(request, response);
        }),
      ),
    );
    const client = new Client(server).send(get('/1'));
    await until(() => waiting.length === 1);
    const closed = once(server, 'close');
    server.close();
    waiting[0]?.setHeader('Content-Length', 2).end('/1');
    await client.saw('/1');
    client.send(get('/2'));
    await client.saw('/2');
    await closed;
    expect(client.answers).toEqual(['/1, Connection: keep-alive', '/2, Connection: close']);
  });

  it('a stream in progress during close() holds idle connections no longer than the grace', async () => {
    const clock = new VirtualClock();
    const streams: ServerResponse[] = [];
    const server = await listening(
      onSessions(
        http.createServer((request, response) => {
          if (request.url !== '/stream') {
            byPath(request, response);
            return;
          }
          response.write('data: 1\n\n');
          streams.push(response);
        }),
        { clock },
      ),
    );
    const idle = new Client(server).send(get('/1'));
    await idle.saw('/1');
    const streaming = new Client(server).send(get('/stream'));
    await streaming.saw('data: 1\n\n\r\n');
    const closed = once(server, 'close');
    server.close();
    await clock.advance(TIMEOUTS.drainGrace.value - 1);
    expect(idle.socket.closed).toBe(false);
    await clock.advance(1);
    await until(() => idle.socket.closed);
    expect(streaming.socket.closed).toBe(false);
    streams[0]?.end();
    await closed;
  });

  it('close() does not wait for a client that leaves without its response', async () => {
    const server = await listening(onSessions(http.createServer(() => undefined)));
    const client = new Client(server).send(get('/never'));
    await once(server, 'request');
    const closed = once(server, 'close');
    server.close();
    client.socket.destroy();
    await closed;
    expect(server.listening).toBe(false);
  });

  it.each(['closeIdleConnections', 'closeAllConnections'] as const)(
    'a method in the place of %s is called, also where it was there first',
    async (name) => {
      const calls: string[] = [];
      const server = http.createServer(byPath);
      const patch = (what: string): void => {
        const { [name]: method } = server;
        server[name] = () => {
          calls.push(what);
          method.call(server);
        };
      };
      patch('first');
      onSessions(server);
      patch('later');
      await listening(server);
      const client = new Client(server).send(get('/1'));
      await client.saw('/1');
      server[name]();
      await until(() => client.socket.closed);
      expect(calls).toEqual(['later', 'first']);
      server.close();
      await once(server, 'close');
      expect(calls.length).toBe(name === 'closeIdleConnections' ? 4 : 2);
    },
  );
});
