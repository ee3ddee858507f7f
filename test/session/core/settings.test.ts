import { Duplex } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { HTTPSessionError } from '../../../src/errors/index.js';
import {
  HTTPClientSession,
  HTTPServerSession,
  HTTPSClientSession,
  HTTPSession,
} from '../../../src/session/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { open, withServer } from '../../support/transport/sockets.js';
import { Subject } from '../../support/session/subject.js';

const session = (): HTTPServerSession => new HTTPServerSession();

describe('ports', () => {
  it('ports are static members of every class', () => {
    expect([HTTPSession.HTTP_PORT, HTTPSession.HTTPS_PORT]).toEqual([80, 443]);
    expect([HTTPServerSession.HTTP_PORT, HTTPSClientSession.HTTPS_PORT]).toEqual([80, 443]);
  });
});

describe('timeouts', () => {
  const timeouts = (it: HTTPSession): number[] => [
    it.getConnectTimeout(),
    it.getSendTimeout(),
    it.getReceiveTimeout(),
    it.getTimeout(),
  ];

  it('timeouts are 30 s to connect, 60 s to send and to receive', () => {
    expect(timeouts(session())).toEqual([30_000, 60_000, 60_000, 60_000]);
    expect(timeouts(new HTTPClientSession('localhost'))).toEqual([30_000, 60_000, 60_000, 60_000]);
  });

  it('timeouts can be options', () => {
    const options = { connectTimeout: 1, sendTimeout: 2, receiveTimeout: 0 };
    expect(timeouts(new HTTPServerSession(null, options))).toEqual([1, 2, 0, 0]);
  });

  it('timeouts can be set together, all three, and one by one; getTimeout() is the receive timeout', () => {
    const it = session();
    it.setTimeout(5);
    expect(timeouts(it)).toEqual([5, 5, 5, 5]);
    it.setTimeout(1, 2, 3);
    expect(timeouts(it)).toEqual([1, 2, 3, 3]);
    it.setConnectTimeout(10);
    it.setSendTimeout(20);
    it.setReceiveTimeout(0);
    expect(timeouts(it)).toEqual([10, 20, 0, 0]);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '5', null])(
    'timeouts refuse %p and stay as they are',
    (value) => {
      const it = session();
      const family = typeof value === 'number' ? RangeError : TypeError;
      const before = timeouts(it);
      for (const set of ['setTimeout', 'setConnectTimeout', 'setSendTimeout', 'setReceiveTimeout'] as const) {
        expect(() => {
          it[set](value as number);
        }).toThrow(family);
      }
      expect(() => {
        it.setTimeout(1, 2, value as number);
      }).toThrow(family);
      expect(timeouts(it)).toEqual(before);
      if (value !== null) {
        expect(() => new HTTPServerSession(null, { receiveTimeout: value as number })).toThrow(family);
      }
    },
  );
});

describe('keep-alive', () => {
  it('keep-alive is on unless an option or the setter turns it off', () => {
    const it = session();
    expect(it.getKeepAlive()).toBe(true);
    it.setKeepAlive(false);
    expect(it.getKeepAlive()).toBe(false);
    expect(new HTTPServerSession(null, { keepAlive: false }).getKeepAlive()).toBe(false);
    expect(new HTTPClientSession('h', 80, { keepAlive: false }).getKeepAlive()).toBe(false);
  });
});

describe('session data', () => {
  it('session data is undefined until it is attached, and then the very same value', () => {
    const it = new HTTPServerSession<{ user: string }>();
    expect(it.sessionData()).toBeUndefined();
    const data = { user: 'ada' };
    it.attachSessionData(data);
    expect(it.sessionData()).toBe(data);
  });

  it('session data outlives the connection', async () => {
    const { session: it } = await Subject.in('connected.open');
    it.attachSessionData(7);
    it.close();
    expect(it.sessionData()).toBe(7);
  });
});

describe('socket and addresses', () => {
  it('socket and addresses are null without a socket', () => {
    const it = session();
    expect([it.socket(), it.clientAddress(), it.serverAddress()]).toEqual([null, null, null]);
  });

  it('addresses are those of the two ends, seen from either side', () => {
    const { client, server } = createMemoryPair();
    const near = new HTTPClientSession(client);
    const far = new HTTPServerSession(server);
    expect(near.socket()).toBe(client);
    expect(near.clientAddress()).toEqual(far.clientAddress());
    expect(near.serverAddress()).toEqual(far.serverAddress());
    expect(far.serverAddress()).toMatchObject({ address: '127.0.0.1', port: 80, family: 'IPv4' });
    near.dispose();
    far.dispose();
    expect(near.clientAddress()).toBeNull();
  });

  it('addresses are those of the system on TCP, which sends without delay', () =>
    withServer(async ({ target, accepted }) => {
      const near = new HTTPClientSession();
      await near.connect({ host: '127.0.0.1', port: target.port });
      const far = new HTTPServerSession(await accepted());
      expect(near.serverAddress()).toMatchObject({ address: '127.0.0.1', port: target.port });
      expect(near.clientAddress()).toEqual(far.clientAddress());
      near.abort();
      far.abort();
    }));

  it('a session connects from the requested source address', () =>
    withServer(async ({ target, accepted }) => {
      const near = new HTTPClientSession();
      await near.connect({ host: '127.0.0.1', port: target.port }, '127.0.0.2');
      expect(near.clientAddress()?.address).toBe('127.0.0.2');
      (await accepted()).destroy();
      near.abort();
    }));

  it('addresses are null for a duplex that has no address', () => {
    const it = new HTTPServerSession(new Duplex({ read: () => undefined, write: () => undefined }));
    expect([it.connected(), it.clientAddress(), it.serverAddress()]).toEqual([true, null, null]);
    it.dispose();
  });

  it('a transport that is already open can be served as well', () =>
    withServer(async ({ target }) => {
      const it = new HTTPServerSession(await open(target));
      expect([it.state, it.clientAddress()?.port]).toEqual(['connected.open', target.port]);
      it.abort();
    }));
});

describe('toJSON()', () => {
  it('toJSON() describes a session without any of its content', async () => {
    const { session: it } = await Subject.receiving('secret');
    await it.refill();
    await it.write('hidden');
    const json = JSON.stringify(it);
    expect(JSON.parse(json)).toMatchObject({
      id: it.id,
      state: 'connected.open',
      bytesIn: 6,
      bytesOut: 6,
      transport: { kind: 'memory' },
      exception: null,
    });
    expect(json).not.toMatch(/secret|hidden/);
    it.abort();
  });

  it('toJSON() says that there is no transport, and which exception is stored', () => {
    const it = session();
    it.setException(new HTTPSessionError('secret'));
    expect(it.toJSON()).toMatchObject({
      state: 'errored.fatal',
      transport: null,
      exception: 'ERR_HTTP_SESSION',
    });
  });

  it('toJSON() numbers the sessions of the process in the order in which they were made', () => {
    const [first, second] = [session(), session()];
    expect(second.id).toBe(first.id + 1);
  });
});
