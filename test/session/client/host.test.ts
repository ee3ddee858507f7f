import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { HTTPServer } from '../../../src/index.js';
import { HTTPRequest } from '../../../src/protocol/index.js';
import { HTTPClientSession } from '../../../src/session/index.js';
import { Asking } from '../../support/http/asking.js';
import { settled } from '../../support/transport/sockets.js';

/* Host names what a request is for: the authority of its target, or else the place that the session is connected to. */

const hostOf = (text: string): string | undefined => /^Host: (.*)\r$/m.exec(text)?.[1];

/** A server that answers with the Host field, and closes after each answer if it is told to. */
async function hostServer(keepAlive = true): Promise<{ server: HTTPServer; port: number }> {
  const server = new HTTPServer(
    (request, response) => {
      response.end(request.get('Host'));
    },
    { keepAlive },
  );
  return { server, port: (await server.listen({ port: 0, host: '127.0.0.1' })).port };
}

const ask = async (session: HTTPClientSession): Promise<string> => (await session.request()).text();

describe('the Host field of a request', () => {
  it.each([
    ['GET', 'http://example.test:8081/a', 'example.test:8081'],
    ['GET', 'http://example.test/a', 'example.test'],
    ['GET', 'https://example.test:443/a?b@c', 'example.test:443'],
    ['GET', 'http://[::1]:8080?q', '[::1]:8080'],
    ['CONNECT', 'example.test:443', 'example.test:443'],
    ['CONNECT', '[::1]:443', '[::1]:443'],
    ['OPTIONS', '*', 'test'],
    ['GET', '/http://other/', 'test'],
  ])('the Host field of a request names the authority of its target: %s %s', async (method, target, host) => {
    const asking = new Asking();
    void asking.session.request({ method, path: target });
    await settled();
    expect(hostOf(asking.server.text)).toBe(host);
    const again = new Asking();
    await again.session.sendRequest(new HTTPRequest(method, target));
    again.session.flushRequest();
    await settled();
    expect(hostOf(again.server.text)).toBe(host);
  });

  it('the Host field of a request stays what the user has set', async () => {
    const asking = new Asking();
    void asking.session.request({ path: 'http://example.test/', headers: { Host: 'mine' } });
    await settled();
    expect(asking.server.text.match(/Host: .*/g)).toEqual(['Host: mine']);
  });

  it('the Host field is not left in a message that is sent again elsewhere', async () => {
    const message = new HTTPRequest('GET', '/');
    const [one, other] = [new Asking(), new Asking()];
    other.session.setHost('other');
    for (const { session } of [one, other]) await session.sendRequest(message);
    await settled();
    expect([one, other].map(({ server }) => hostOf(server.text))).toEqual(['test', 'other']);
    expect(message.has('Host')).toBe(false);
  });
});

describe('a session that is connected elsewhere', () => {
  it('a session that is connected elsewhere names that place, and reconnects to it', async () => {
    const { server, port } = await hostServer(false);
    const session = new HTTPClientSession('nowhere.invalid', 1, { source: '127.0.0.1' });
    await session.connect({ host: '127.0.0.1', port });
    expect([session.getHost(), session.getPort()]).toEqual(['127.0.0.1', port]);
    for (let round = 0; round < 3; round++) {
      expect(await ask(session)).toBe(`127.0.0.1:${String(port)}`);
    }
    session.dispose();
    await server.stop();
  });

  it('a session stays where it is when an address is malformed, or it is connected already', async () => {
    const { server, port } = await hostServer();
    const session = new HTTPClientSession('127.0.0.1', port);
    await expect(session.connect('nonsense')).rejects.toThrow(TypeError);
    expect(await ask(session)).toContain('127.0.0.1');
    await expect(session.connect('elsewhere:1')).rejects.toMatchObject({ call: 'connect()' });
    expect(session.getHost()).toBe('127.0.0.1');
    session.dispose();
    await server.stop();
  });

  it('a session over a Unix domain socket reconnects to its path with a valid Host, until it is given a host', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'host-'));
    const socket = path.join(folder, 'socket');
    const server = new HTTPServer(
      (request, response) => {
        response.end(request.get('Host'));
      },
      { keepAlive: false },
    );
    await server.listen({ path: socket });
    const nameless = new HTTPClientSession();
    const named = new HTTPClientSession('api.example', 8080);
    for (const session of [nameless, named]) await session.connect({ path: socket });
    for (let round = 0; round < 2; round++) {
      expect([await ask(nameless), await ask(named)]).toEqual(['localhost', 'api.example:8080']);
    }
    const tcp = await hostServer();
    nameless.setHost('127.0.0.1');
    nameless.setPort(tcp.port);
    expect(await ask(nameless)).toBe(`127.0.0.1:${String(tcp.port)}`);
    nameless.dispose();
    named.dispose();
    await Promise.all([server.stop(), tcp.server.stop()]);
    rmSync(folder, { recursive: true });
  });

  it('a session connects from its source address also when connect() is called', async () => {
    const server = new HTTPServer((request, response) => {
      response.end(request.clientAddress()?.address);
    });
    const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
    const session = new HTTPClientSession('127.0.0.1', port, { source: '127.0.0.3' });
    await session.connect({ host: '127.0.0.1', port });
    expect(await ask(session)).toBe('127.0.0.3');
    session.dispose();
    await server.stop();
  });
});
