import { describe, expect, it } from '@jest/globals';

import { HTTPRequest } from '../../../src/protocol/index.js';
import { rejection, thrown } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';
import { faultsOf } from '../../support/http/faults.js';

/** By whom the connection ended, as an error tells that is made after the end. */
function endTold({ session }: Asking): string | null | undefined {
  return thrown(() => session.detachSocket()).testimony?.endedBy;
}

describe('later errors report how the connection ended', () => {
  it.each([
    ['a head that is none', 'garbage\r\n\r\n'],
    [
      'a body that breaks the rules',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n',
    ],
  ])('a later error reports how the connection ended: %s', async (_what, answer) => {
    const asking = new Asking();
    const failure = rejection(asking.session.request().then((response) => response.bytes()));
    await asking.answer(answer);
    await failure;
    expect(endTold(asking)).toBe('parse');
  });

  it('a later error reports a FIN within a body', async () => {
    const asking = new Asking();
    const failure = rejection(asking.session.request().then((response) => response.bytes()));
    await settled();
    await asking.server.sendLast('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbo');
    await failure;
    expect(endTold(asking)).toBe('fin');
  });
});

describe('the loss of a connection without pending operations', () => {
  it('a connection lost without pending operations is not reported as a fault', async () => {
    const asking = await Asking.reused();
    await asking.server.reset();
    expect(asking.session.state).toBe('errored.fatal');
    expect(faultsOf(asking.session)).toEqual([]);
  });
});

describe('a request that ends after its response was read', () => {
  it('the end of a request leaves a pending raw read alone', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(
      new HTTPRequest('POST', '/', { headers: { 'Content-Length': '4' } }),
    );
    const response = asking.session.receiveResponse();
    await asking.answer(ok('early'));
    expect(await (await response).text()).toBe('early');
    const bytes = asking.session.read(3);
    await body.end('body');
    await asking.server.send('raw');
    expect((await bytes).toString()).toBe('raw');
  });
});

describe('a request that offers no other protocol', () => {
  it('a request without an offer to switch is complete once it was sent', async () => {
    const asking = new Asking();
    const response = asking.session.request();
    await settled();
    expect(asking.session.exchangeState).toContain('cycle(request.done,response.waiting)');
    await asking.answer(ok());
    expect((await response).status).toBe(200);
  });
});
