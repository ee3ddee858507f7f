import { describe, expect, it } from '@jest/globals';

import { rejection } from '../../support/transport/promises.js';
import { Asking, ok, okChunked } from '../../support/http/asking.js';

describe('a body that could not be read', () => {
  it.each([
    ['of known length', ok('0123456789')],
    ['in chunks', okChunked(['01234', '56789'])],
  ])('a body that was longer than allowed, %s, keeps failing with the same error', async (_what, answer) => {
    const asking = new Asking();
    const responding = asking.session.request();
    await asking.answer(answer);
    const { body } = await responding;
    const error = await rejection(body.bytes({ maxBytes: 9 }));
    expect(error).toMatchObject({ status: 413, testimony: { endedBy: 'parse' } });
    expect(await rejection(body.bytes())).toBe(error);
    expect(await rejection(body.read())).toBe(error);
  });
});

describe('the receive timeout', () => {
  it('the receive timeout does not run while the caller processes a piece of a body', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const responding = asking.session.request();
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n');
    const { body } = await responding;
    const piece = body.read();
    await asking.server.send('b');
    expect(String(await piece)).toBe('b');
    await asking.pass(60_000);
    await asking.server.send('ody');
    expect(await body.text()).toBe('ody');
  });
});
