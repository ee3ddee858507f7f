import { describe, expect, it } from '@jest/globals';

import { AbortedError, HTTPSessionError, NetworkError, NoMessageError } from '../../../src/errors/index.js';
import type { RequestInit } from '../../../src/session/index.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';
import type { FarEnd } from '../../support/http/far-end.js';
import { rejection } from '../../support/transport/promises.js';

/** Ways in which a server leaves in the very moment in which a request is on its way. */
const ends: Record<string, (server: FarEnd) => Promise<FarEnd>> = {
  FIN: (server) => server.fin(),
  RST: (server) => server.reset(),
};

describe.each(Object.entries(ends))(
  'a reused connection that the server ends by %s under a request',
  (how, end) => {
    const kind = how === 'FIN' ? NoMessageError : NetworkError;

    it.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])(
      '%s is retried on a new connection',
      async (method) => {
        const asking = await Asking.reused();
        const response = asking.session.request({ method, body: method === 'PUT' ? 'body' : undefined });
        await settled();
        const [first] = asking.connections;
        await end(asking.server);
        expect(asking.connections).toHaveLength(2);
        expect(asking.server.text).toBe(first?.text);
        await asking.answer(method === 'HEAD' ? 'HTTP/1.1 200 OK\r\n\r\n' : ok('again'));
        expect((await response).status).toBe(200);
        expect(asking.session.networkException()).toBeNull();
      },
    );

    it('a second lost connection is final: the verdict of the error is unknown', async () => {
      const asking = await Asking.reused();
      const failure = rejection(asking.session.request());
      await settled();
      await end(asking.server);
      await end(asking.server);
      const error = await failure;
      expect(error).toBeInstanceOf(kind);
      expect(error.testimony).toMatchObject({ headSent: true, replay: 'unknown', request: { number: 1 } });
      expect(asking.connections).toHaveLength(2);
    });

    const never: Record<string, RequestInit> = {
      POST: { method: 'POST', body: 'body' },
      PATCH: { method: 'PATCH', body: 'body' },
      'a method that nobody knows': { method: 'BREW' },
      'a lower-case method, which is another one': { method: 'get' },
      'PUT with a body in pieces': { method: 'PUT', body: [Buffer.from('body')] },
    };
    it.each(Object.entries(never))(
      '%s is not retried; the verdict of the error is unknown',
      async (_what, init) => {
        const asking = await Asking.reused();
        const failure = rejection(asking.session.request(init));
        await settled();
        await settled();
        expect(asking.server.text).not.toBe('');
        await end(asking.server);
        const error = await failure;
        expect(error).toBeInstanceOf(kind);
        expect(error.replay).toBe('unknown');
        expect(error.testimony).toMatchObject({
          headSent: true,
          responseBegun: false,
          request: { number: 2 },
        });
        expect(asking.connections).toHaveLength(1);
      },
    );

    it('no request is retried once anything was answered', async () => {
      for (const begun of ['HTTP/1.1 103 Early Hints\r\n\r\n', 'H', 'HTTP/1.1 200 OK\r\n']) {
        const asking = await Asking.reused();
        const failure = rejection(asking.session.request());
        await asking.answer(begun);
        await end(asking.server);
        expect((await failure).replay).toBe('unknown');
        expect(asking.connections).toHaveLength(1);
      }
    });

    it('no request is retried on a fresh connection', async () => {
      const asking = new Asking();
      const failure = rejection(asking.session.request());
      await settled();
      await end(asking.server);
      expect(await failure).toBeInstanceOf(kind);
      expect(asking.connections).toHaveLength(1);
    });

    it('before the request leaves, the new connection is used for every method', async () => {
      for (const method of ['GET', 'POST']) {
        const asking = await Asking.reused();
        // On its way, and readable before the request is written.
        if (how === 'FIN') asking.server.socket.fin();
        else asking.server.socket.reset();
        const response = asking.session.request({ method, body: method === 'POST' ? 'body' : undefined });
        await settled();
        await settled();
        await asking.answer(ok('new'));
        expect(await (await response).text()).toBe('new');
        expect(asking.connections).toHaveLength(2);
        if (method === 'POST') expect(asking.connections[0]?.text).toBe('');
      }
    });
  },
);

describe('a request that the client ends itself is not retried', () => {
  const ways: Record<string, (asking: Asking) => void> = {
    'abort()': ({ session }) => {
      session.abort();
    },
    'close()': ({ session }) => {
      session.close();
    },
    'dispose()': ({ session }) => {
      session.dispose();
    },
    'reset()': ({ session }) => {
      session.reset();
    },
  };
  it.each(Object.entries(ways))('a request that the client ends by %s is not retried', async (_how, end) => {
    const asking = await Asking.reused();
    const failure = rejection(asking.session.request());
    await settled();
    end(asking);
    expect(await failure).toBeInstanceOf(AbortedError);
    await settled();
    expect(asking.connections).toHaveLength(1);
    expect(asking.session.connected()).toBe(false);
  });

  it.each(Object.entries(ways))(
    'a request that the client ends by %s before it was sent is never sent',
    async (_how, end) => {
      const asking = await Asking.reused();
      // POST looks first whether the server has left meanwhile.
      const failure = rejection(asking.session.request({ method: 'POST', body: 'body' }));
      end(asking);
      expect((await failure).name).toMatch(/AbortedError|InvalidStateError/);
      await settled();
      expect(asking.writes).toEqual([]);
      expect(asking.connections).toHaveLength(1);
    },
  );

  it('a request that the client ends by setException() is not retried', async () => {
    const asking = await Asking.reused();
    const failure = rejection(asking.session.request());
    await settled();
    asking.session.setException(new HTTPSessionError('enough'));
    expect((await failure).message).toBe('enough');
    await settled();
    expect(asking.connections).toHaveLength(1);
  });
});

describe('the verdict on a replay', () => {
  it('the verdict on a replay is safe only as long as nothing was handed to the socket', async () => {
    const asking = await Asking.reused();
    const { HTTPRequest } = await import('../../../src/protocol/index.js');
    const body = await asking.session.sendRequest(
      new HTTPRequest('POST', '/', { headers: { 'Content-Length': '4' } }),
    );
    expect(asking.writes).toEqual([]);
    await asking.server.reset();
    const unsent = await rejection(body.write('body'));
    expect(unsent).toMatchObject({
      replay: 'safe',
      testimony: { headSent: false, request: { method: 'POST' } },
    });
    expect(asking.writes).toEqual([]);
  });

  it('the verdict on a replay is unknown from the first byte on', async () => {
    const asking = await Asking.reused();
    const { HTTPRequest } = await import('../../../src/protocol/index.js');
    const body = await asking.session.sendRequest(
      new HTTPRequest('POST', '/', { headers: { 'Content-Length': '4' } }),
    );
    asking.session.flushRequest();
    await asking.server.reset();
    expect(await rejection(body.write('body'))).toMatchObject({
      replay: 'unknown',
      testimony: { headSent: true },
    });
  });
});
