import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../../src/constants.js';
import { HTTPSessionError, InvalidStateError, TimeoutError } from '../../../src/errors/index.js';
import { DEFAULT_HEAD_LIMITS, readRequestHead, ReceiveBuffer } from '../../../src/protocol/index.js';
import type { HTTPServerRequest } from '../../../src/session/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { FarEnd } from '../../support/http/far-end.js';
import { responseIn, statusesIn } from '../../support/http/messages.js';
import { echoPath, get, Served } from '../../support/http/served.js';
import { settled } from '../../support/transport/sockets.js';
import { thrown } from '../../support/transport/promises.js';

const TICK = TIMEOUTS.timerGranularity.value;

describe('a handler that never ends', () => {
  const never = (): Promise<void> => new Promise(() => undefined);

  it('a handler beyond its ceiling is answered for with 503, and its signal aborts', async () => {
    let request!: HTTPServerRequest;
    const served = new Served(
      (incoming) => {
        request = incoming;
        expect(request.signal.aborted).toBe(false);
        return never();
      },
      { timers: { handler: 5_000 } },
    );
    await served.send(get());
    await served.pass(5_000 + TICK);
    expect(responseIn(served.text)).toMatchObject({ status: 503 });
    expect(responseIn(served.text).fields).toContain('Connection: close');
    expect(request.signal.reason).toBeInstanceOf(TimeoutError);
    expect(request.signal.reason).toMatchObject({ timer: 'handler', timeout: 5_000 });
  });

  it('a handler beyond its ceiling whose response has begun is reset', async () => {
    const served = new Served(
      async (_request, response) => {
        await response.write('begun');
        return never();
      },
      { timers: { handler: 5_000 } },
    );
    await served.send(get());
    await served.pass(5_000 + TICK);
    expect(served.wasReset).toBe(true);
    expect(served.ended).toBe(false);
  });

  it('a handler has no ceiling by default, and is a fault after a minute', async () => {
    const served = new Served(never);
    await served.send(get('/stuck'));
    await served.pass(59_000);
    expect(served.faults).toEqual([]);
    await served.pass(3_600_000);
    expect(served.faults).toHaveLength(1);
    expect(String(served.faults[0])).toContain('GET /stuck has no response after 60000 ms');
    expect(served.session.state).toBe('connected.open');
  });
});

describe('a server session with a stored exception', () => {
  const exception = (): HTTPSessionError => new HTTPSessionError('stored by the test');

  it('the keep-alive time of a server session runs on while an exception is stored', async () => {
    const served = new Served(echoPath);
    await served.send(get());
    served.session.setException(exception());
    await served.pass(TIMEOUTS.serverKeepAliveTimeout.value + TICK);
    expect(served.isClosed).toBe(true);
  });

  it('the time of a head runs on while an exception is stored', async () => {
    const served = new Served(echoPath, { timers: { head: 5_000 } });
    await served.send('GET / HTTP/1.1\r\nHo');
    served.session.setException(exception());
    await served.pass(5_000 + TICK);
    expect(statusesIn(served.text)).toEqual([408]);
  });

  it('a request that waits behind a stored exception does not make a drain wait', async () => {
    const served = new Served(echoPath);
    served.session.setException(exception());
    await served.send(get());
    const report = served.server.drain({ grace: 1_000, deadline: 60_000 });
    await served.pass(2 * TIMEOUTS.lingerTimeout.value);
    expect(await report).toMatchObject({ aborted: 0 });
  });
});

describe('a served session that gets another socket', () => {
  it('a served session serves its next socket with the same handler', async () => {
    const served = new Served(echoPath);
    await served.send(get('/one'));
    const { client, server } = createMemoryPair({ clock: served.clock });
    const far = new FarEnd(client);
    served.session.attachSocket(server);
    await far.send(get('/two'));
    expect(responseIn(far.text).body).toBe('/two');
    expect(served.server.sessions.has(served.session)).toBe(true);
    await served.pass(TIMEOUTS.serverKeepAliveTimeout.value + TICK);
    expect(far.ended).toBe(true);
    expect(served.server.currentConnections).toBe(0);
  });

  it('a served session whose connection was closed counts again with its next socket', async () => {
    const served = new Served(echoPath);
    await served.fin();
    expect(served.server.currentConnections).toBe(0);
    const { client, server } = createMemoryPair({ clock: served.clock });
    const far = new FarEnd(client);
    served.session.attachSocket(server);
    await far.send(get('/again'));
    expect(responseIn(far.text).body).toBe('/again');
    expect(served.server.currentConnections).toBe(1);
  });

  it('a served session serves its next socket with another handler, if that is given at once', async () => {
    const served = new Served(echoPath);
    const { client, server } = createMemoryPair({ clock: served.clock });
    const far = new FarEnd(client);
    served.session.attachSocket(server);
    served.session.serve((_request, response) => response.end('another'));
    await far.send(get());
    expect(responseIn(far.text).body).toBe('another');
    const error = thrown(() => served.session.serve(echoPath));
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error).toMatchObject({ reason: 'the connection is being served' });
  });
});

describe('framing without content', () => {
  const chunked = 'POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n';
  const collect = (): Served =>
    new Served(
      async (request, response) => {
        response.end(await request.bytes());
      },
      { timers: { bodyProgress: 5_000 } },
    );

  it('bytes of a chunk extension gain no time for the body', async () => {
    const served = collect();
    await served.send(`${chunked}5;a`);
    for (let byte = 0; byte < 3; byte++) {
      await served.pass(2_000);
      await served.send('b');
    }
    expect(statusesIn(served.text)).toEqual([408]);
  });

  it('bytes of a trailer gain no time for the body', async () => {
    const served = collect();
    await served.send(`${chunked}1\r\nx\r\n0\r\nA`);
    for (let byte = 0; byte < 3; byte++) {
      await served.pass(2_000);
      await served.send('b');
    }
    expect(statusesIn(served.text)).toEqual([408]);
  });

  it('bytes of content gain time for the body', async () => {
    const served = collect();
    await served.send(`${chunked}5\r\nx`);
    for (let byte = 0; byte < 4; byte++) {
      await served.pass(4_000);
      await served.send('y');
    }
    await served.send('\r\n0\r\n\r\n');
    expect(responseIn(served.text).body).toBe('xyyyy');
  });

  it('a client that sends a byte a minute is refused after five minutes', async () => {
    const served = new Served(async (request, response) => {
      response.end(await request.bytes());
    });
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n');
    for (let byte = 0; byte < 5; byte++) {
      expect(served.text).toBe('');
      await served.pass(59_000);
      await served.send('x');
    }
    await served.pass(10_000);
    expect(statusesIn(served.text)).toEqual([408]);
    expect(served.session.networkException()).toMatchObject({ timer: 'message', timeout: 300_000 });
  });
});

describe('an idle connection', () => {
  it('the target of a request does not keep its long head alive', async () => {
    const heads = 200;
    const kept: unknown[] = [];
    const before = collected();
    for (let head = 0; head < heads; head++) {
      const buffer = new ReceiveBuffer();
      const target = `/${String(head).padStart(100, 'x')}`;
      const fields = `Host: test\r\nX: ${'y'.repeat(60_000)}\r\n`;
      buffer.append(Buffer.from(`GET ${target} HTTP/1.1\r\n${fields}\r\n`));
      const read = readRequestHead(buffer, DEFAULT_HEAD_LIMITS);
      kept.push([read?.message.uri, read?.message.method, buffer.lastHead]);
    }
    await settled();
    const each = (collected() - before) / heads;
    expect(kept).toHaveLength(heads);
    // The heads themselves are 60 kB each.
    expect(each).toBeLessThan(5_000);
  });
});

/** What is on the heap after a collection. */
function collected(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
