import { describe, expect, it } from '@jest/globals';

import { MessageHeader } from '../../../src/protocol/index.js';
import type { HTTPServerResponse } from '../../../src/session/index.js';
import { responseIn, responsesIn, statusesIn } from '../../support/http/messages.js';
import { thrown } from '../../support/transport/promises.js';
import { get, post, Served } from '../../support/http/served.js';

const get10 = (fields = ''): string => `GET / HTTP/1.0\r\n${fields}\r\n`;
const head = (path = '/'): string => get(path).replace('GET', 'HEAD');

/** Serves with a handler that only fills in the response. */
function answering(answer: (response: HTTPServerResponse) => void | Promise<void>): Served {
  return new Served((_request, response) => answer(response));
}

describe('the framing of a response', () => {
  it('the framing of a response is its length when it is known', async () => {
    const served = answering((response) => {
      response.end('grün');
    });
    await served.send(get());
    expect(responseIn(served.text).fields).toEqual(['Content-Length: 5']);
  });

  it('the framing of a response is chunked when the body comes in pieces', async () => {
    const served = answering(async (response) => {
      await response.write('one');
      await response.write('');
      await response.write(Buffer.from('two'));
      response.end('three');
    });
    await served.send(get() + get());
    expect(responsesIn(served.text)).toEqual([
      { status: 200, fields: ['Transfer-Encoding: chunked'], body: 'onetwothree', trailer: [] },
      { status: 200, fields: ['Transfer-Encoding: chunked'], body: 'onetwothree', trailer: [] },
    ]);
  });

  it('the framing of a response is the declared length when the handler declares it', async () => {
    const served = answering(async (response) => {
      response.setContentLength(6);
      await response.write('one');
      response.end('two');
    });
    await served.send(get() + get());
    expect(responsesIn(served.text)).toEqual([
      { status: 200, fields: ['Content-Length: 6'], body: 'onetwo', trailer: [] },
      { status: 200, fields: ['Content-Length: 6'], body: 'onetwo', trailer: [] },
    ]);
  });

  it('the framing of a response is the end of the connection for HTTP/1.0, which knows no chunks', async () => {
    const served = answering(async (response) => {
      await response.write('one');
      response.end('two');
    });
    await served.send(get10('Connection: keep-alive\r\n'));
    expect(responseIn(served.text)).toEqual({
      status: 200,
      fields: ['Connection: close'],
      body: 'onetwo',
      trailer: [],
    });
    expect(served.isClosed).toBe(true);
  });

  it('the framing of a response has trailer fields if the handler gives any', async () => {
    const served = answering(async (response) => {
      await response.write('body');
      response.end(undefined, new MessageHeader({ Checksum: '42' }));
    });
    await served.send(get());
    expect(responseIn(served.text)).toMatchObject({ body: 'body', trailer: ['Checksum: 42'] });
  });

  it('the framing of a response has trailer fields also when the whole body comes with them', async () => {
    const served = answering((response) => {
      response.end('body', new MessageHeader({ Checksum: '42' }));
    });
    await served.send(get());
    expect(responseIn(served.text)).toMatchObject({ body: 'body', trailer: ['Checksum: 42'] });
  });

  it('the framing of a response omits trailer fields where they have no place', async () => {
    const served = answering((response) => {
      response.end('body', new MessageHeader({ Checksum: '42' }));
    });
    await served.send(get10());
    expect(responseIn(served.text)).toMatchObject({ body: 'body', trailer: [] });
    expect(served.faults).toEqual([]);
  });
});

describe('a response without a body', () => {
  it('a response to HEAD has the fields that GET would get', async () => {
    const served = answering((response) => {
      response.setContentType('text/plain').end('hello');
    });
    await served.send(head() + get());
    const [first, second] = responsesIn(served.text, ['HEAD']);
    expect(first?.body).toBe('');
    expect(first?.fields).toEqual(second?.fields);
  });

  it('a response to HEAD may be streamed like that to GET', async () => {
    const served = answering(async (response) => {
      response.setContentLength(6);
      await response.write('one');
      response.end('two');
    });
    await served.send(head() + get());
    expect(responsesIn(served.text, ['HEAD']).map(({ body }) => body)).toEqual(['', 'onetwo']);
  });

  it('a response to HEAD with a declared length sends nothing else', async () => {
    const served = answering((response) => {
      response.setContentLength(1_000_000).end();
    });
    await served.send(head() + head());
    expect(responsesIn(served.text, ['HEAD', 'HEAD']).map(({ fields }) => fields)).toEqual([
      ['Content-Length: 1000000'],
      ['Content-Length: 1000000'],
    ]);
  });

  it.each([204, 304])(
    'a response with the status %s has no body, whatever the handler writes',
    async (status) => {
      for (const answer of [
        (response: HTTPServerResponse) => {
          response.end('body');
        },
        async (response: HTTPServerResponse) => {
          await response.write('body');
          response.end();
        },
      ]) {
        const served = answering((response) => {
          response.status = status;
          answer(response);
        });
        await served.send(get() + get());
        expect(responsesIn(served.text)).toEqual([
          { status, fields: [], body: '', trailer: [] },
          { status, fields: [], body: '', trailer: [] },
        ]);
      }
    },
  );

  it('a response with the status 204 has no Content-Length, which RFC 9110 section 8.6 forbids there', async () => {
    const served = answering((response) => {
      response.status = 204;
      response.setContentLength(0).end();
    });
    await served.send(get() + get());
    expect(responsesIn(served.text).map(({ fields }) => fields)).toEqual([[], []]);
  });

  it('a response with the status 304 may say how long the body would be', async () => {
    const served = answering((response) => {
      response.status = 304;
      response.setContentLength(1_000).end();
    });
    await served.send(get() + get());
    expect(statusesIn(served.text)).toEqual([304, 304]);
    expect(served.text).toContain('Content-Length: 1000\r\n');
  });
});

describe('fields that the server adds', () => {
  it('the server adds a Date of now, unless the handler set one', async () => {
    const served = new Served((request, response) => {
      if (request.path === '/own') response.set('Date', 'Thu, 01 Jan 1970 00:00:00 GMT');
      response.end();
    });
    await served.send(get());
    expect(served.take()).toContain('\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n');
    await served.pass(1_000);
    await served.send(get());
    expect(served.take()).toContain('\r\nDate: Tue, 14 Nov 2023 22:13:21 GMT\r\n');
    await served.send(get('/own'));
    expect(served.take().match(/Date: /g)).toHaveLength(1);
  });

  it('the server adds a Server field when the parameters name the software', async () => {
    const served = new Served(
      (_request, response) => {
        response.end();
      },
      { softwareVersion: 'Test/1.0' },
    );
    await served.send(get() + 'BAD\r\n\r\n');
    expect(served.text.match(/Server: Test\/1\.0\r\n/g)).toHaveLength(2);
  });
});

describe('the head of a response', () => {
  it('the head of a response can be read back while it is filled in', async () => {
    const served = answering((response) => {
      expect([response.status, response.get('X-One')]).toEqual([200, undefined]);
      response.set('X-One', 'first').add('X-One', 'second').status = 404;
      expect([response.status, response.get('x-one')]).toEqual([404, 'first']);
      response.end();
    });
    await served.send(get());
    expect(responseIn(served.text)).toMatchObject({ status: 404 });
    expect(served.faults).toEqual([]);
  });

  it.each([1, 5_000, 100_000])(
    'the head of a response is latin1, also in front of %i bytes',
    async (length) => {
      const served = answering((response) => {
        response.set('X-Name', 'Gr\xfcn').end(Buffer.alloc(length, 0xe4));
      });
      await served.send(get());
      await served.pass(0);
      const { fields, body } = responseIn(served.text);
      expect(fields).toContain('X-Name: Gr\xfcn');
      expect(body === '\xe4'.repeat(length)).toBe(true);
    },
  );
});

describe('short forms', () => {
  it('redirect() answers with a redirect', async () => {
    const served = answering((response) => {
      expect(
        thrown(() => {
          response.redirect('/', 200);
        }),
      ).toBeInstanceOf(RangeError);
      response.redirect('/there', 308);
    });
    await served.send(get());
    expect(responseIn(served.text)).toMatchObject({
      status: 308,
      fields: ['Location: /there', 'Content-Length: 0'],
    });
  });

  it('redirect() takes any status from 300 to 399, and no other', async () => {
    for (const status of [299, 300, 399, 400]) {
      const served = answering((response) => {
        response.redirect('/there', status);
      });
      await served.send(get());
      const isAllowed = status >= 300 && status <= 399;
      expect(responseIn(served.text).status).toBe(isAllowed ? status : 500);
      expect(served.faults.map((fault) => fault instanceof RangeError)).toEqual(isAllowed ? [] : [true]);
    }
  });

  it('a short form asks for authentication', async () => {
    const served = answering((response) => {
      response.requireAuthentication('a "quoted" realm');
    });
    await served.send(get());
    expect(responseIn(served.text)).toMatchObject({
      status: 401,
      fields: ['WWW-Authenticate: Basic realm="a \\"quoted\\" realm"', 'Content-Length: 0'],
    });
  });

  it('a short form sends a buffer, as POCO does', async () => {
    const served = answering((response) => {
      response.sendBuffer('hello');
    });
    await served.send(post('ignored'));
    expect(responseIn(served.text).body).toBe('hello');
  });
});
