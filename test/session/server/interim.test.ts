import { describe, expect, it } from '@jest/globals';

import { InvalidStateError, LocalProtocolError } from '../../../src/errors/index.js';
import { responseIn, responsesIn, statusesIn } from '../../support/http/messages.js';
import { thrown } from '../../support/transport/promises.js';
import { echoBody, echoPath, get, post, Served } from '../../support/http/served.js';

const expecting = (length: number, path = '/'): string =>
  `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Length: ${String(length)}\r\nExpect: 100-continue\r\n\r\n`;

describe('a client that expects 100 Continue', () => {
  it('a client that expects 100 Continue gets it when the handler first reads the body', async () => {
    const served = new Served(echoBody);
    await served.send(expecting(4));
    expect(served.text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    await served.send('body');
    expect(statusesIn(served.text)).toEqual([100, 200]);
    expect(responsesIn(served.text)[1]?.body).toBe('body');
    expect(served.session.state).toBe('connected.open');
  });

  it('a client that expects 100 Continue gets it once, however the body is read', async () => {
    const served = new Served(async (request, response) => {
      expect(request.expectsContinue).toBe(true);
      response.sendContinue();
      response.sendContinue();
      await request.body.read();
      response.end(await request.text());
    });
    await served.send(expecting(4));
    await served.send('b');
    await served.send('ody');
    expect(responsesIn(served.text)).toMatchObject([{ status: 100 }, { status: 200, body: 'ody' }]);
  });

  it('a client that expects 100 Continue does not get it when it did not wait: the body is there already', async () => {
    const served = new Served(echoBody);
    await served.send(`${expecting(4)}body`);
    expect(responseIn(served.text).body).toBe('body');
  });

  it('a client that expects 100 Continue is refused by a final response, and then the connection closes', async () => {
    const served = new Served((_request, response) => {
      response.status = 403;
      response.end('no');
    });
    await served.send(expecting(40));
    expect(responseIn(served.text)).toMatchObject({ status: 403, body: 'no' });
    expect(responseIn(served.text).fields).toContain('Connection: close');
    expect(served.ended).toBe(true);
    // It may be a body, it may be the next request: nobody knows, and so it is neither.
    await served.send(get('/smuggled'));
    await served.fin();
    expect(statusesIn(served.text)).toEqual([403]);
    expect(served.session.core.requestNumber).toBe(1);
    expect(served.isClosed).toBe(true);
  });

  it('a client that expects 100 Continue is refused by the same means when the answer is streamed, or is not a refusal at all', async () => {
    const served = new Served(async (_request, response) => {
      await response.write('early');
      response.end();
    });
    await served.send(expecting(40));
    expect(responseIn(served.text)).toMatchObject({ status: 200, body: 'early' });
    expect(served.text).toContain('Connection: close');
    expect(served.ended).toBe(true);
  });

  it('a client over HTTP/1.0 that expects 100 Continue gets none', async () => {
    const served = new Served(echoBody);
    await served.send('POST / HTTP/1.0\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
    expect(served.text).toBe('');
    await served.send('body');
    expect(responseIn(served.text).body).toBe('body');
  });

  it('a client that expects 100 Continue without a body waits for nothing', async () => {
    const served = new Served(echoBody);
    await served.send(get('/', 'Expect: 100-continue\r\n') + get());
    expect(statusesIn(served.text)).toEqual([200, 200]);
  });

  it('a client with another expectation gets 417', async () => {
    const served = new Served(echoPath);
    await served.send(get('/', 'Expect: 200-ok\r\n') + get('/smuggled'));
    expect(responseIn(served.text)).toMatchObject({ status: 417 });
    expect(served.ended).toBe(true);
  });
});

describe('interim responses', () => {
  it('interim responses come before the final one, as many as the handler wants', async () => {
    for (const count of [0, 1, 2, 3, 4]) {
      const served = new Served(async (_request, response) => {
        for (let sent = 0; sent < count; sent++) {
          response.sendInterim(103, { Link: '</style.css>; rel=preload' });
          await Promise.resolve();
        }
        response.end('final');
      });
      await served.send(get() + get());
      const once = [...Array.from({ length: count }, () => 103), 200];
      expect(statusesIn(served.text)).toEqual([...once, ...once]);
    }
  });

  it('interim responses have any status from 102 to 199', async () => {
    const served = new Served((_request, response) => {
      response.sendInterim(102);
      response.sendInterim(199);
      response.end();
    });
    await served.send(get());
    expect(statusesIn(served.text)).toEqual([102, 199, 200]);
  });

  it('interim responses have the fields they were given, and no framing', async () => {
    const served = new Served((_request, response) => {
      response.sendInterim(103, { Link: '</a>' });
      response.end();
    });
    await served.send(get());
    expect(served.text.startsWith('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n')).toBe(
      true,
    );
  });

  it('interim responses leave in the same write as an answer that follows at once', async () => {
    const served = new Served((_request, response) => {
      response.sendInterim(103);
      response.end();
    });
    await served.send(get());
    expect(served.writes).toHaveLength(1);
  });

  it('interim responses are refused where they make no sense', async () => {
    const served = new Served(async (request, response) => {
      expect(
        thrown(() => {
          response.sendInterim(200);
        }),
      ).toBeInstanceOf(RangeError);
      expect(
        thrown(() => {
          response.sendInterim(100);
        }),
      ).toBeInstanceOf(RangeError);
      expect(
        thrown(() => {
          response.sendInterim(101);
        }),
      ).toBeInstanceOf(RangeError);
      expect(
        thrown(() => {
          response.sendInterim(102.5);
        }),
      ).toBeInstanceOf(RangeError);
      expect(
        thrown(() => {
          response.sendInterim(103, { X: 'a\r\nb' });
        }),
      ).toBeInstanceOf(TypeError);
      await response.write(request.path);
      expect(
        thrown(() => {
          response.sendInterim(103);
        }),
      ).toBeInstanceOf(InvalidStateError);
      response.end();
    });
    await served.send(get());
    expect(responseIn(served.text)).toMatchObject({ status: 200, body: '/' });
    expect(served.faults).toEqual([]);
  });

  it('interim responses are refused for HTTP/1.0 clients, who take them for final', async () => {
    const served = new Served((_request, response) => {
      expect(
        thrown(() => {
          response.sendInterim(103);
        }),
      ).toBeInstanceOf(LocalProtocolError);
      response.end('final');
    });
    await served.send('GET / HTTP/1.0\r\n\r\n');
    expect(responseIn(served.text)).toMatchObject({ status: 200, body: 'final' });
  });

  it('interim responses do not count as the answer: a handler that throws after one is answered with 500', async () => {
    const served = new Served((_request, response) => {
      response.sendInterim(103);
      throw new Error('a fault of the handler');
    });
    await served.send(post('x'));
    expect(statusesIn(served.text)).toEqual([103, 500]);
  });
});
