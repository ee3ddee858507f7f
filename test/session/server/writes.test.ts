import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/constants.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { echoBody, echoPath, get, post, Served } from '../../support/http/served.js';

const bodies = (wire: string): string[] => responsesIn(wire).map(({ body }) => body);

describe('a small response leaves in one write', () => {
  const ways = {
    'a string': 'hello',
    'a string beyond ASCII': 'grün €',
    bytes: Buffer.from([0, 127, 128, 255]),
    nothing: '',
    '4 KiB of bytes': Buffer.alloc(4_096, 'a'),
    '64 KiB of bytes': Buffer.alloc(65_536, 'b'),
    '100 KiB of ASCII, which need no copy to be joined to a head': 'c'.repeat(102_400),
  };
  it.each(Object.entries(ways))(
    'a small response leaves in one write when its body is %s',
    async (_what, body) => {
      const served = new Served((_request, response) => {
        response.end(body);
      });
      await served.send(get());
      expect(served.writes).toHaveLength(1);
      expect(responseIn(served.text).body).toBe(Buffer.from(body as string).toString('latin1'));
    },
  );

  it('a small response of an async handler leaves in one write', async () => {
    const served = new Served(async (_request, response) => {
      await Promise.resolve();
      response.setContentType('text/plain').end('hello');
    });
    await served.send(get());
    expect(served.writes).toHaveLength(1);
  });
});

describe('a larger response', () => {
  it('a larger response leaves in one write, and its body is not copied', async () => {
    const body = Buffer.alloc(65_537, 'b');
    const served = new Served((_request, response) => {
      response.end(body);
    });
    const given: unknown[] = [];
    const write = served.near.write.bind(served.near) as (...args: unknown[]) => boolean;
    served.near.write = (...args: unknown[]) => {
      given.push(args[0]);
      return write(...args);
    };
    await served.send(get());
    await served.pass(0);
    expect(served.writes).toHaveLength(1);
    expect(given).toContain(body);
    expect(responseIn(served.text).body).toBe('b'.repeat(65_537));
  });
});

describe('a piece without a byte', () => {
  it('an empty piece is not written, and does not wait', async () => {
    const served = new Served(
      async (_request, response) => {
        response.setContentLength(100_000);
        void response.write(Buffer.alloc(100_000));
        const writes = served.writes.length;
        await response.write('');
        expect(served.writes).toHaveLength(writes);
        response.end();
      },
      {},
      { reads: false },
    );
    await served.send(get());
    expect(served.session.exchangeState).toBe('idle.reused');
    expect(served.faults).toEqual([]);
  });
});

describe('pipelined requests', () => {
  const paths = Array.from({ length: 20 }, (_, at) => `/${String(at)}`);
  const pipeline = paths.map((path) => get(path)).join('');

  it('pipelined requests of one chunk are answered in order with one write', async () => {
    const served = new Served(echoPath);
    await served.send(pipeline);
    expect(bodies(served.text)).toEqual(paths);
    expect(served.writes).toHaveLength(1);
  });

  it.each([1, 4_096])(
    'pipelined requests of one chunk are answered with one write also by %i bytes each',
    async (length) => {
      const served = new Served((_request, response) => {
        response.end(Buffer.alloc(length, 'b'));
      });
      await served.send(get().repeat(3));
      expect(bodies(served.text)).toEqual(Array.from({ length: 3 }, () => 'b'.repeat(length)));
      expect(served.writes).toHaveLength(1);
    },
  );

  it('pipelined requests are answered in order at time 0 of a virtual clock', async () => {
    const served = new Served(echoPath, { clock: new VirtualClock() });
    await served.send(pipeline);
    expect(bodies(served.text)).toEqual(paths);
    expect(served.writes).toHaveLength(1);
  });

  it('pipelined requests are answered in order when every other handler is async', async () => {
    const served = new Served(async (request, response) => {
      const number = Number(request.path.slice(1));
      if (number % 2 === 0) {
        response.end(request.path);
        return;
      }
      await new Promise<void>((resolve) => {
        served.clock.setTimeout(resolve, 100 - number);
      });
      response.end(request.path);
    });
    await served.send(pipeline);
    await served.pass(3_000);
    expect(bodies(served.text)).toEqual(paths);
  });

  it('pipelined requests run one at a time: the next handler starts when the response before is complete', async () => {
    let running = 0;
    const overlaps: number[] = [];
    const served = new Served(async (request, response) => {
      overlaps.push(++running);
      await Promise.resolve();
      running--;
      response.end(request.path);
    });
    await served.send(pipeline);
    expect(overlaps).toEqual(paths.map(() => 1));
  });

  it('pipelined requests may have bodies, and be cut anywhere', async () => {
    const served = new Served(echoBody);
    const wanted = ['one', '', 'GET / HTTP/1.1\r\n\r\n', 'x'.repeat(5_000)];
    served.socket.segment([1, 7, 64, 3]);
    await served.send(wanted.map((body) => post(body)).join(''));
    expect(bodies(served.text)).toEqual(wanted);
  });

  it('pipelined requests with answers too large to join are all answered', async () => {
    const big = 'x'.repeat(30_000);
    const served = new Served(
      (request, response) => {
        response.end(request.path + big);
      },
      {},
      { highWaterMark: 16_777_216 },
    );
    await served.send(pipeline);
    expect(bodies(served.text)).toEqual(paths.map((path) => path + big));
    expect(served.session.exchangeState).toBe('idle.reused');
  });
});

describe('a client that pipelines and does not read', () => {
  const request = get('/');
  const flood = request.repeat(200);
  const body = 'x'.repeat(1_000);

  it('a client that pipelines and does not read stops the parsing: what is held for it is bounded', async () => {
    let answered = 0;
    const served = new Served(
      (_request, response) => {
        answered++;
        response.end(body);
      },
      {},
      { reads: false },
    );
    let sent = 0;
    while (sent < 200 && !served.socket.writableNeedDrain) {
      sent++;
      await served.send(flood);
    }
    // The flood itself is held back by the connection in turn.
    expect(sent).toBeLessThan(200);
    const held = answered * (body.length + 100);
    expect(held).toBeLessThan(4 * LIMITS.maxPendingOutputBytes.value);
    expect(served.session.core.arrivedBytes).toBeLessThan(2 * LIMITS.maxArrivedBytes.value);

    const before = answered;
    served.read();
    await served.pass(0);
    expect(answered).toBeGreaterThan(before);
  });

  it('a client that pipelines and does not read is answered in full once it reads', async () => {
    const served = new Served(
      (_request, response) => {
        response.end(body);
      },
      {},
      { reads: false },
    );
    await served.send(flood);
    served.read();
    await served.pass(0);
    expect(bodies(served.text)).toHaveLength(200);
  });

  it('a client that pipelines and does not read is given up after the send timeout', async () => {
    const served = new Served(
      (_request, response) => {
        response.end(body);
      },
      { sendTimeout: 5_000 },
      { reads: false },
    );
    await served.send(flood);
    await served.pass(5_100);
    expect(served.server.sessions.size).toBe(0);
    expect(served.session.networkException()).toMatchObject({ timer: 'sendProgress' });
  });
});
