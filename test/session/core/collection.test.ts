import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from '@jest/globals';

import { HTTPServerSession } from '../../../src/session/index.js';
import { createMemoryPair, VirtualClock } from '../../../src/transport/index.js';
import { settled } from '../../support/transport/sockets.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A session that served a connection, was closed and dropped, and whose owner never disposed of it. */
async function droppedSession(): Promise<WeakRef<object>> {
  const { client, server } = createMemoryPair();
  const session = new HTTPServerSession(server, { clock: new VirtualClock() });
  session.serve((_request, response) => {
    response.end('served');
  });
  client.resume();
  client.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n');
  await settled();
  expect(session.state).toBe('closed');
  return new WeakRef<object>(session);
}

describe('a session that is closed and dropped', () => {
  it('a session that is closed and dropped is not kept by the actor system that all sessions share', async () => {
    const dropped = await Promise.all(Array.from({ length: 20 }, droppedSession));
    await settled();
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    // The last one may still lie on the stack.
    expect(dropped.filter((session) => session.deref() !== undefined).length).toBeLessThanOrEqual(1);
  });
});
