import { describe, expect, it } from '@jest/globals';

import type { HTTPServerParams } from '../../../src/server/index.js';
import type { HTTPServerResponse } from '../../../src/session/index.js';
import { isBodiless } from '../../../src/session/server/response-head.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { get, Served } from '../../support/http/served.js';

const get10 = (fields = ''): string => `GET / HTTP/1.0\r\nConnection: keep-alive\r\n${fields}\r\n`;

/** Serves with a handler that only fills in the response, and then ends it. */
function filling(
  fill: (response: HTTPServerResponse, path: string) => unknown,
  params: HTTPServerParams = {},
): Served {
  return new Served((request, response) => {
    fill(response, request.path);
    if (!response.finished) response.end();
  }, params);
}

const nothing = (): void => undefined;

/** The fields of the one response to a request, without its framing. */
async function fieldsOf(served: Served, request: string): Promise<string[]> {
  await served.send(request);
  return responseIn(served.take()).fields.filter((field) => field !== 'Content-Length: 0');
}

describe('the status line', () => {
  it('the status line has the reason of the handler in its own response alone', async () => {
    const served = filling((response, path) => {
      if (path !== '/') response.message.reason = path.slice(1);
    });
    await served.send(['/Fine', '/', '/Better', '/', '/Fine'].map((path) => get(path)).join(''));
    expect(served.text.match(/^HTTP.*$/gm)).toEqual(
      ['Fine', 'OK', 'Better', 'OK', 'Fine'].map((reason) => `HTTP/1.1 200 ${reason}`),
    );
  });
});

describe('what a server says of itself', () => {
  const params = { softwareVersion: 'Test/1.0' };

  it('the Server field is absent where the parameters name no software', async () => {
    expect(await fieldsOf(filling(nothing), get())).toEqual([]);
  });

  it('the Server field is what the handler says, where it does', async () => {
    expect(await fieldsOf(filling(nothing, params), get())).toEqual(['Server: Test/1.0']);
    const served = filling((response) => response.set('server', 'of the handler'), params);
    expect(await fieldsOf(served, get())).toEqual(['server: of the handler']);
  });
});

describe('what a server says of the connection', () => {
  const TOLD = ['Connection: keep-alive', 'Keep-Alive: timeout=60'];
  const advertising = { advertisedKeepAlive: 60_000 };

  it('the Connection field is absent in HTTP/1.1 unless a keep-alive time is advertised', async () => {
    expect(await fieldsOf(filling(nothing), get())).toEqual([]);
    expect(await fieldsOf(filling(nothing, advertising), get())).toEqual(TOLD);
  });

  it('the Connection field says keep-alive in HTTP/1.0, with the time where it is advertised', async () => {
    expect(await fieldsOf(filling(nothing), get10())).toEqual(['Connection: keep-alive']);
    expect(await fieldsOf(filling(nothing, advertising), get10())).toEqual(TOLD);
  });

  it('the Connection field says close with the last answer, without a keep-alive time', async () => {
    const served = filling(nothing, { ...advertising, maxKeepAliveRequests: 1 });
    expect(await fieldsOf(served, get())).toEqual(['Connection: close']);
  });

  it('the Connection field is what the handler says, where it does', async () => {
    const says = (value: string) => (response: HTTPServerResponse) => response.set('Connection', value);
    expect(await fieldsOf(filling(says('close')), get())).toEqual(['Connection: close']);
    expect(await fieldsOf(filling(says('keep-alive, X-Hop'), advertising), get())).toEqual([
      'Connection: keep-alive, X-Hop',
    ]);
    expect(await fieldsOf(filling(says('keep-alive, X-Hop')), get10())).toEqual([
      'Connection: keep-alive, X-Hop',
    ]);
  });
});

describe('the date of a response', () => {
  it('the Date field is that of the handler, where it sets one, and ends the head', async () => {
    const served = filling((response) => response.set('Date', 'Thu, 01 Jan 1970 00:00:00 GMT'));
    await served.send(get() + get());
    const head = 'HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n';
    expect(served.text).toBe(head + head);
  });
});

describe('the answer to a malformed request', () => {
  it('the answer to a malformed request is text of a known length, and the last one', async () => {
    const served = filling(nothing, { advertisedKeepAlive: 60_000 });
    await served.send('nonsense\r\n\r\n');
    expect(responseIn(served.text)).toMatchObject({
      fields: ['Content-Type: text/plain', 'Content-Length: 16', 'Connection: close'],
      body: '400 Bad Request\n',
    });
  });
});

describe('an interim response', () => {
  it('an interim response has its own fields alone', async () => {
    const served = filling((response) => response.sendInterim(103, { Link: '</style.css>' }), {
      softwareVersion: 'Test/1.0',
      advertisedKeepAlive: 60_000,
    });
    await served.send(get());
    expect(served.text).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/style\.css>\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    );
    expect(responsesIn(served.text)).toHaveLength(2);
  });
});

describe('a message that never has a body', () => {
  it.each([
    ['HEAD', 200, true],
    ['GET', 199, true],
    ['GET', 200, false],
    ['GET', 203, false],
    ['GET', 204, true],
    ['GET', 205, false],
    ['GET', 303, false],
    ['GET', 304, true],
    ['GET', 305, false],
  ])('a message never has a body: %s, %d: %p', (method, status, bodiless) => {
    expect(isBodiless(method, status)).toBe(bodiless);
  });
});
