import http from 'node:http';
import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import { supervise } from '../../../src/adapters/node/index.js';
import { HTTPServer } from '../../../src/server/index.js';
import { HTTPClientSession } from '../../../src/session/index.js';
import { rejection } from '../../support/transport/promises.js';

const SECRETS = ['Basic c2VjcmV0', 'sid=s3cret', 'token=qu3ry', 'b0dy'];

/** Everything that a user can log of one request on both ends, and under supervision. */
async function everything(): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  const server = new HTTPServer(async (request, response) => {
    Object.assign(seen, { request, message: request.message, requestBody: request.body, response });
    Object.assign(seen, { server, session: [...server.sessions][0] });
    response.set('Set-Cookie', 'sid=s3cret');
    await request.text();
    response.end('b0dy');
  });
  const { port } = (await server.listen({ port: 0, host: '127.0.0.1' })) as { port: number };
  const headers = { Authorization: 'Basic c2VjcmV0', Cookie: 'sid=s3cret' };
  const client = new HTTPClientSession('127.0.0.1', port);
  const answer = await client.request({ method: 'POST', path: '/a?token=qu3ry', headers, body: 'b0dy' });
  Object.assign(seen, { client, answer, answerBody: answer.body, receiveBuffer: client.receiveBuffer });
  const actors = { actor: client.actor, serverActor: server.actor, sessionActor: seen['session'] };
  Object.assign(seen, actors, { core: client.core });
  await answer.text();

  const plain = http.createServer((_request, response) => response.destroy());
  const supervisor = supervise(plain);
  plain.listen(0, '127.0.0.1');
  await new Promise((resolve) => plain.once('listening', resolve));
  plain.on('request', () => {
    seen['supervised'] = [...supervisor.sessions][0];
  });
  const address = plain.address() as { port: number };
  const failing = new HTTPClientSession('127.0.0.1', address.port);
  seen['error'] = await rejection(failing.request({ path: '/b?token=qu3ry', headers }));
  Object.assign(seen, { supervisor, failing });
  seen['texts'] = Object.entries(seen).map(([name, value]) => [name, show(value)]);
  for (const end of [client, failing]) end.dispose();
  plain.close();
  await server.stop();
  return seen;
}

function show(value: unknown): string[] {
  return [2, 5, 8].map((depth) => inspect(value, { depth }));
}

describe('console.log() and util.inspect()', () => {
  it('util.inspect() shows no field value, no query and no body of anything, however deep', async () => {
    const { texts } = await everything();
    const shown = texts as [string, string[]][];
    expect(shown.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'session',
        'client',
        'supervised',
        'request',
        'response',
        'error',
        'core',
        'actor',
      ]),
    );
    const leaks = shown.flatMap(([name, all]) =>
      SECRETS.filter((secret) => all.some((one) => one.includes(secret))).map(
        (secret) => `${name}: ${secret}`,
      ),
    );
    expect(leaks).toEqual([]);
  });

  it('util.inspect() shows of a session what toJSON() does', () => {
    const session = new HTTPClientSession();
    expect(inspect(session)).toBe(inspect(session.toJSON()));
  });
});
