import { describe, expect, it } from '@jest/globals';

import { NetworkError } from '../../../src/errors/index.js';
import type { RequestInit } from '../../../src/session/index.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';
import { rejection } from '../../support/transport/promises.js';

const INTERIM: Record<string, string> = {
  '100': 'HTTP/1.1 100 Continue\r\n\r\n',
  '102': 'HTTP/1.1 102 Processing\r\nX: y\r\n\r\n',
  '103': 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n',
};

/** All sequences of interim responses up to a length. */
function sequences(length: number): string[][] {
  if (length === 0) return [[]];
  const shorter = sequences(length - 1);
  const longest = shorter.filter((sequence) => sequence.length === length - 1);
  return [
    ...shorter,
    ...longest.flatMap((sequence) => Object.keys(INTERIM).map((code) => [...sequence, code])),
  ];
}

describe('interim responses', () => {
  const all = sequences(4);

  it(`interim responses in all ${String(all.length)} sequences up to four keep requests and responses in step`, async () => {
    const requests: RequestInit[] = [{}, { method: 'POST', body: 'body' }, { method: 'HEAD' }];
    for (const init of requests) {
      const asking = new Asking();
      for (const [at, sequence] of all.entries()) {
        const response = asking.session.request({ ...init, path: `/${String(at)}` });
        await settled();
        const interims = sequence.map((code) => INTERIM[code]).join('');
        const body = init.method === 'HEAD' ? '' : `response ${String(at)}`;
        await asking.answer(interims + ok(body, `X-Number: ${String(at)}\r\n`));
        const final = await response;
        expect(final.get('X-Number')).toBe(String(at));
        expect(await final.text()).toBe(body);
      }
      expect(asking.connections).toHaveLength(1);
      expect(asking.session.core.requestNumber).toBe(all.length);
    }
  });

  it('interim responses may come byte by byte, and at any time', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const response = asking.session.request();
    await settled();
    asking.server.socket.segment([1]);
    for (let at = 0; at < 5; at++) {
      await asking.answer(INTERIM['102'] as string);
      await asking.pass(4_000);
    }
    await asking.answer(ok('final'));
    expect(await (await response).text()).toBe('final');
  });
});

describe('a request that expects 100 Continue', () => {
  const bodies: Record<string, () => RequestInit['body']> = {
    'that is known whole': () => 'hello',
    'in pieces': () => [Buffer.from('hello')],
  };
  const upload = (body: RequestInit['body']): RequestInit => ({ method: 'POST', body, expectContinue: true });

  describe.each(Object.entries(bodies))('with a body %s', (_what, body) => {
    it('a request that expects 100 Continue holds its body back until it is granted', async () => {
      const asking = new Asking();
      const response = asking.session.request(upload(body()));
      await settled();
      expect(asking.server.text).toContain('\r\nExpect: 100-continue\r\n');
      expect(asking.server.take().endsWith('\r\n\r\n')).toBe(true);
      await asking.answer(INTERIM['103'] as string);
      expect(asking.server.text).toBe('');
      await asking.answer(INTERIM['100'] as string);
      expect(asking.server.text).toContain('hello');
      await asking.answer(ok('thanks'));
      expect(await (await response).text()).toBe('thanks');
      expect(asking.session.exchangeState).toBe('idle.reused');
      expect(asking.server.text.match(/hello/g)).toHaveLength(1);
    });

    it('a request that expects 100 Continue never sends a refused body, and the connection closes', async () => {
      for (const status of ['200 OK', '303 See Other', '403 Forbidden', '417 Expectation Failed']) {
        const asking = new Asking();
        const response = asking.session.request(upload(body()));
        await settled();
        asking.server.take();
        await asking.answer(`HTTP/1.1 ${status}\r\nContent-Length: 2\r\n\r\nno`);
        expect(await (await response).text()).toBe('no');
        expect(asking.server.text).toBe('');
        expect(asking.session.state).toBe('closed');
        const next = asking.session.request();
        await asking.answer(ok('next'));
        expect(await (await next).text()).toBe('next');
        expect(asking.connections).toHaveLength(2);
      }
    });

    it('a request that expects 100 Continue sends its body when nothing comes in time, and continues to wait', async () => {
      const asking = new Asking({ continueTimeout: 2_000, receiveTimeout: 5_000 });
      const response = asking.session.request(upload(body()));
      await settled();
      asking.server.take();
      await asking.pass(1_980);
      expect(asking.server.text).toBe('');
      await asking.pass(50);
      expect(asking.server.text).toContain('hello');
      await asking.pass(4_000);
      await asking.answer(`${INTERIM['100'] as string}${ok('late')}`);
      expect(await (await response).text()).toBe('late');
      expect(asking.session.exchangeState).toBe('idle.reused');
      expect(asking.server.text.match(/hello/g)).toHaveLength(1);
    });

    it('a request that expects 100 Continue does not wait forever for the response after that', async () => {
      const asking = new Asking({ continueTimeout: 2_000, receiveTimeout: 5_000 });
      const failure = rejection(asking.session.request(upload(body())));
      await settled();
      await asking.pass(7_200);
      expect(await failure).toMatchObject({ name: 'TimeoutError', timer: 'receive' });
    });

    it('a request that expects 100 Continue is limited by the receive timeout when the continue timeout is 0', async () => {
      const asking = new Asking({ continueTimeout: 0, receiveTimeout: 5_000 });
      const failure = rejection(asking.session.request(upload(body())));
      await settled();
      asking.server.take();
      await asking.pass(5_100);
      expect(await failure).toMatchObject({ name: 'TimeoutError', timer: 'receive' });
      expect(asking.server.text).toBe('');
    });

    it('a request that expects 100 Continue fails when the connection is lost meanwhile, and is not sent again', async () => {
      const asking = await Asking.reused();
      const failure = rejection(asking.session.request(upload(body())));
      await settled();
      await settled();
      await asking.server.reset();
      expect(await failure).toBeInstanceOf(NetworkError);
      expect(asking.connections).toHaveLength(1);
    });
  });
});
