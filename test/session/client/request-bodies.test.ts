import { describe, expect, it } from '@jest/globals';

import { HTTPRequest } from '../../../src/protocol/index.js';
import { rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';

const HEAD = 'POST / HTTP/1.1\r\nContent-Length: 3\r\nHost: test\r\n\r\n';
const CHUNKED_HEAD = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: test\r\n\r\n';

const sized = (): HTTPRequest => new HTTPRequest('POST', '/', { headers: { 'Content-Length': '3' } });
const chunked = (): HTTPRequest =>
  new HTTPRequest('POST', '/', { headers: { 'Transfer-Encoding': 'chunked' } });

describe('what is written of a request body', () => {
  it('the pieces of a request body leave with the head, and empty pieces are skipped', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(sized());
    await body.write('');
    await body.write('ab');
    await body.write(Buffer.from('c'));
    await body.end();
    expect(asking.writes).toEqual([`${HEAD}abc`]);
  });

  it('an empty request body ends together with the head', async () => {
    for (const piece of ['', undefined]) {
      const asking = new Asking();
      const body = await asking.session.sendRequest(chunked());
      await body.end(piece);
      expect(asking.writes).toEqual([`${CHUNKED_HEAD}0\r\n\r\n`]);
    }
  });

  it('a request body is joined to its head while it is small: a large one is not copied', async () => {
    for (const [length, writes] of [
      [8_192, 1],
      [8_193, 2],
    ] as const) {
      const asking = new Asking();
      const response = asking.session.request({ method: 'POST', body: Buffer.alloc(length) });
      await asking.answer(ok());
      await response;
      expect(asking.writes).toHaveLength(writes);
    }
  });

  it('a write of a request body is not a step of the exchange by itself', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(sized());
    await body.end('abc');
    expect(asking.session.history.map(({ event }) => event)).not.toContain('request.stream');
  });
});

describe('a request body that is complete', () => {
  it('a complete request body refuses later writes, naming the call', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(sized());
    await body.end('abc');
    expect(await rejection(body.write('d'))).toMatchObject({ name: 'InvalidStateError', call: 'write()' });
    expect(await rejection(body.end())).toMatchObject({ name: 'InvalidStateError', call: 'end()' });
  });

  it('a complete request body is not affected by the failure of a later request', async () => {
    const asking = new Asking();
    const first = await asking.session.sendRequest(sized());
    await first.end('abc');
    await asking.answer(ok());
    await asking.session.receiveResponse();
    const second = await asking.session.sendRequest(sized());
    await settled();
    await asking.server.reset();
    expect(await rejection(second.write('abc'))).toMatchObject({ name: 'NetworkError' });
    expect(await rejection(first.write('abc'))).toMatchObject({ name: 'InvalidStateError' });
  });
});
