import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/constants.js';
import { responseIn, statusesIn } from '../../support/http/messages.js';
import { echoPath, get, Served } from '../../support/http/served.js';

const get10 = (path: string, fields = ''): string => `GET ${path} HTTP/1.0\r\n${fields}\r\n`;

describe('a connection after a response', () => {
  it('a connection after a response is kept for HTTP/1.1 by default', async () => {
    const served = new Served(echoPath);
    await served.send(get('/1'));
    expect(responseIn(served.take()).fields).toEqual(['Content-Length: 2']);
    await served.send(get('/2'));
    expect(responseIn(served.take()).body).toBe('/2');
    expect(served.session.state).toBe('connected.open');
  });

  it('a connection after a response is closed when an HTTP/1.1 client asks for that', async () => {
    const served = new Served(echoPath);
    await served.send(get('/', 'Connection: close\r\n') + get('/never'));
    expect(responseIn(served.take()).fields).toContain('Connection: close');
    expect(served.ended).toBe(true);
    expect(served.session.core.requestNumber).toBe(1);
  });

  it('a connection after a response is closed at once where the client has said that no request follows, and read on for a while elsewhere', async () => {
    const states: string[] = [];
    for (const [fields, params] of [
      ['Connection: close\r\n', {}],
      ['', { maxKeepAliveRequests: 1 }],
    ] as const) {
      const served = new Served((_request, response) => {
        response.end('x'.repeat(2 * LIMITS.maxUnlingeredBytes.value));
      }, params);
      await served.send(get('/', fields));
      expect(responseIn(served.text).fields).toContain('Connection: close');
      expect(served.ended).toBe(true);
      states.push(served.session.state);
    }
    expect(states).toEqual(['closed', 'connected.lingering']);
  });

  it('a connection after a response is closed for HTTP/1.0', async () => {
    const served = new Served(echoPath);
    await served.send(get10('/'));
    expect(responseIn(served.take())).toMatchObject({
      body: '/',
      fields: ['Content-Length: 1', 'Connection: close'],
    });
    expect(served.isClosed).toBe(true);
  });

  it('a connection after a response is kept for an HTTP/1.0 client on request, and the response says so', async () => {
    const served = new Served(echoPath);
    await served.send(get10('/1', 'Connection: Keep-Alive\r\n'));
    expect(responseIn(served.take()).fields).toContain('Connection: keep-alive');
    await served.send(get10('/2', 'Connection: Keep-Alive\r\n'));
    expect(responseIn(served.take()).body).toBe('/2');
    expect(served.ended).toBe(false);
  });

  it('a connection after a response is closed when the handler says so in its own Connection field', async () => {
    const served = new Served((_request, response) => {
      response.set('Connection', 'close').end('bye');
    });
    await served.send(get());
    expect(responseIn(served.take()).fields).toEqual(['Connection: close', 'Content-Length: 3']);
    expect(served.isClosed).toBe(true);
  });

  it.each(['keep-alive', 'X-Own'])(
    'a connection after a response is kept when the handler says in its own Connection field: %s',
    async (value) => {
      const served = new Served((_request, response) => {
        response.set('Connection', value).end('on');
      });
      await served.send(get());
      expect(responseIn(served.take()).fields).toEqual([`Connection: ${value}`, 'Content-Length: 2']);
      expect(served.session.exchangeState).toBe('idle.reused');
    },
  );

  it('a connection after a response is closed when the handler turns keep-alive off, and the response says so', async () => {
    const served = new Served((_request, response) => {
      served.session.setKeepAlive(false);
      expect(served.session.canKeepAlive()).toBe(false);
      response.end('bye');
    });
    await served.send(get());
    expect(responseIn(served.take()).fields).toContain('Connection: close');
    expect(served.isClosed).toBe(true);
  });

  it('a connection after a response is closed after one more request when keep-alive is turned off while nothing is asked', async () => {
    const served = new Served(echoPath);
    await served.send(get('/1'));
    served.take();
    served.session.setKeepAlive(false);
    await served.send(get('/2') + get('/never'));
    expect(responseIn(served.take())).toMatchObject({
      body: '/2',
      fields: ['Content-Length: 2', 'Connection: close'],
    });
    expect(served.ended).toBe(true);
  });

  it('a connection after a response is kept when the handler turns keep-alive on, as it was', async () => {
    const served = new Served((_request, response) => {
      served.session.setKeepAlive(true);
      response.end();
    });
    await served.send(get());
    expect(responseIn(served.take()).fields).toEqual(['Content-Length: 0']);
    expect(served.session.exchangeState).toBe('idle.reused');
  });

  it('a connection after a response is closed after each response when the server keeps none', async () => {
    const served = new Served(echoPath, { keepAlive: false });
    await served.send(get());
    expect(responseIn(served.take()).fields).toContain('Connection: close');
    expect(served.isClosed).toBe(true);
  });

  it('a connection after a response is closed after the last of as many requests as the server allows', async () => {
    const served = new Served(echoPath, { maxKeepAliveRequests: 3 });
    await served.send(get('/1') + get('/2'));
    expect(statusesIn(served.text)).toEqual([200, 200]);
    expect(served.take()).not.toContain('Connection');
    await served.send(get('/3') + get('/4'));
    expect(responseIn(served.take())).toMatchObject({
      body: '/3',
      fields: ['Content-Length: 2', 'Connection: close'],
    });
    expect(served.ended).toBe(true);
  });

  it('isKeepAlive of a response holds until something rules it out', async () => {
    const told: boolean[] = [];
    const served = new Served(
      (_request, response) => {
        told.push(served.session.canKeepAlive());
        response.end();
      },
      { maxKeepAliveRequests: 2 },
    );
    await served.send(get());
    await served.send(get());
    expect(told).toEqual([true, false]);
  });
});

describe('an idle connection', () => {
  it('an idle connection is closed without a word when no first request comes within the timeout', async () => {
    const served = new Served(echoPath, { timeout: 5_000, keepAliveTimeout: 90_000 });
    await served.pass(4_990);
    expect(served.ended).toBe(false);
    await served.pass(30);
    expect(served.isClosed).toBe(true);
    expect(served.text).toBe('');
    expect(served.session.networkException()).toBeNull();
  });

  it('an idle connection is closed without a word when no further request comes within the keep-alive timeout', async () => {
    const served = new Served(echoPath, { timeout: 5_000, keepAliveTimeout: 9_000 });
    await served.send(get());
    served.take();
    await served.pass(8_990);
    expect(served.ended).toBe(false);
    await served.pass(30);
    expect(served.isClosed).toBe(true);
    expect(served.text).toBe('');
  });

  it('an idle connection counts its idle time from the end of the response, not from the request', async () => {
    const served = new Served(
      (_request, response) =>
        void served.clock.setTimeout(() => {
          response.end('late');
        }, 20_000),
      { keepAliveTimeout: 9_000 },
    );
    await served.send(get());
    await served.pass(20_000);
    expect(responseIn(served.take()).body).toBe('late');
    await served.pass(8_990);
    expect(served.ended).toBe(false);
    await served.pass(30);
    expect(served.ended).toBe(true);
  });

  it('an idle connection is kept for any time when the timeouts are 0', async () => {
    const served = new Served(echoPath, { timeout: 0, keepAliveTimeout: 0 });
    await served.pass(86_400_000);
    await served.send(get());
    await served.pass(86_400_000);
    await served.send(get());
    expect(statusesIn(served.text)).toEqual([200, 200]);
  });

  it('an idle connection stays idle when the client sends the empty line that some send after a body', async () => {
    const served = new Served(echoPath, { timeout: 5_000, keepAliveTimeout: 9_000 });
    await served.send(get());
    served.take();
    await served.send('\r\n');
    await served.pass(9_100);
    expect(served.isClosed).toBe(true);
    expect(served.text).toBe('');
  });

  it('an idle connection leaves no deadline behind', async () => {
    const served = new Served(echoPath, { timeout: 5_000 });
    expect(served.armedDeadlines).toBe(1);
    await served.pass(5_100);
    expect(served.armedDeadlines).toBe(0);
  });
});
