import { once } from 'node:events';
import net from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { HTTPServerSession } from '../../../src/index.js';
import { readAll, withServer } from '../../support/transport/sockets.js';

/** What a client receives, and whether the server sent FIN before it closed the socket. */
async function served(request: string): Promise<{ answer: string; sentFin: boolean }> {
  let seen = { answer: '', sentFin: false };
  await withServer(async ({ target, accepted }) => {
    const client = net.connect({ host: '127.0.0.1', port: target.port });
    client.write(request);
    const socket = await accepted();
    const closed = once(socket, 'close');
    const session = new HTTPServerSession(socket);
    session.serve((_request, response) => {
      session.setKeepAlive(false);
      response.end('the answer');
    });
    const answer = (await readAll(client)).toString();
    await closed;
    seen = { answer, sentFin: socket.writableEnded };
  });
  return seen;
}

describe('the socket of a session that is over', () => {
  it('a client that asked for the end gets its answer and a close', async () => {
    const seen = await served('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(seen.answer).toMatch(/the answer$/);
    expect(seen.sentFin).toBe(false);
  });

  it('a client that may have sent another request gets a FIN before the close', async () => {
    const seen = await served('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(seen.answer).toMatch(/the answer$/);
    expect(seen.sentFin).toBe(true);
  });

  it('a client that sends more than it announced gets a FIN before the close', async () => {
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n';
    const seen = await served(`${head}xxGET / HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(seen.answer).toMatch(/the answer$/);
    expect(seen.sentFin).toBe(true);
  });
});
