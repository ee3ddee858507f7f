import { describe, expect, it } from '@jest/globals';

import { HTTPSessionError } from '../../../src/errors/index.js';
import { HTTPServerSession } from '../../../src/session/index.js';
import { createMemoryPair, VirtualClock } from '../../../src/transport/index.js';
import { settled } from '../../support/transport/sockets.js';
import { responseIn } from '../../support/http/messages.js';
import { echoPath, get, Served } from '../../support/http/served.js';

describe('a served session whose exception was cleared', () => {
  it('a served session whose exception was cleared waits for the next request again', async () => {
    const served = new Served(echoPath);
    served.session.setException(new HTTPSessionError('stored by the test'));
    served.session.clearException();
    await served.send(get('/after'));
    expect(served.text).toContain('/after');
  });

  it('a served session whose exception was cleared still closes when its keep-alive time has passed', async () => {
    const served = new Served(echoPath, { timeout: 1_000 });
    served.session.setException(new HTTPSessionError('stored by the test'));
    served.session.clearException();
    await served.pass(1_100);
    expect(served.isClosed).toBe(true);
  });

  it('a served session whose exception was cleared gives a head that was arriving the time of a head, and answers it when that is over', async () => {
    const served = new Served(echoPath, { timers: { firstByte: 60_000, head: 5_000, keepAlive: 60_000 } });
    await served.send('GET / HTTP/1.1\r\n');
    served.session.setException(new HTTPSessionError('stored by the test'));
    served.session.clearException();
    await served.pass(4_900);
    expect(served.text).toBe('');
    await served.pass(200);
    expect(responseIn(served.text).status).toBe(408);
  });

  it('a served session whose exception was cleared returns requests to its caller again', async () => {
    const { client, server } = createMemoryPair();
    const session = new HTTPServerSession(server, { clock: new VirtualClock() });
    const refused = session.nextRequest();
    session.setException(new HTTPSessionError('stored by the test'));
    await expect(refused).rejects.toThrow('stored by the test');
    session.clearException();
    const next = session.nextRequest();
    client.write(get('/pulled'));
    await settled();
    expect((await next)?.request.path).toBe('/pulled');
    session.close();
  });
});

describe('a draining session whose exception is cleared while a request waits', () => {
  it('a draining session whose exception is cleared while a request waits says Connection: close in its answer, and ends the connection', async () => {
    const served = new Served(echoPath);
    void served.server.drain({ grace: 10_000 });
    served.session.setException(new HTTPSessionError('stored by the test'));
    await served.send(get('/last'));
    expect(served.text).toBe('');
    served.session.clearException();
    await settled();
    expect(responseIn(served.text).body).toBe('/last');
    expect(served.text).toContain('\r\nConnection: close\r\n');
    expect(served.isClosed).toBe(true);
  });
});

describe('a handler that stops reading in the middle of a body, after its response', () => {
  it('a handler that stops reading a body does not keep the connection forever', async () => {
    const served = new Served(
      async (request, response) => {
        const piece = request.body.read();
        response.end('early');
        await piece;
      },
      { receiveTimeout: 1_000 },
    );
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n');
    await served.send('12345');
    expect(served.text).toContain('early');
    await served.pass(1_100);
    await served.pass(2_100);
    expect(served.isClosed).toBe(true);
  });

  it('a handler that reads after its response may pause between two pieces', async () => {
    const pieces: string[] = [];
    const served = new Served(
      async (request, response) => {
        const piece = request.body.read();
        response.end('early');
        pieces.push(String(await piece));
        pieces.push(String(await request.body.read()));
      },
      { receiveTimeout: 1_000 },
    );
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n');
    await served.send('12345');
    await served.pass(500);
    await served.send('67890');
    expect(pieces).toEqual(['12345', '67890']);
    await served.send(get('/next'));
    expect(served.session.state).toBe('connected.open');
  });
});
