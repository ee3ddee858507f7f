import { describe, expect, it } from '@jest/globals';

import { HTTPRequest } from '../../../src/protocol/index.js';
import type { RequestBody } from '../../../src/session/index.js';
import { rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/** A request that waits for leave to send its four bytes, and the peek at what the server says. */
async function peeked(
  asking: Asking,
): Promise<{ readonly body: RequestBody; readonly granted: Promise<boolean> }> {
  const message = new HTTPRequest('POST', '/', { headers: { 'Content-Length': '4' } });
  message.setExpectContinue(true);
  const body = await asking.session.sendRequest(message);
  return { body, granted: asking.session.peekResponse() };
}

describe('a peek at the response', () => {
  it('a peek reads no further than 100 Continue', async () => {
    const asking = new Asking();
    const { body, granted } = await peeked(asking);
    await asking.answer(CONTINUE);
    expect(await granted).toBe(true);
    await asking.server.send('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig');
    expect(body.finished).toBe(false);
    expect((await asking.session.receiveResponse()).status).toBe(413);
    expect(body.finished).toBe(true);
  });

  it('a peek leaves a response that came together with 100 Continue to receiveResponse()', async () => {
    const asking = new Asking();
    const { body, granted } = await peeked(asking);
    await asking.answer(CONTINUE + ok('at once'));
    expect(await granted).toBe(true);
    await body.end('body');
    expect(await (await asking.session.receiveResponse()).text()).toBe('at once');
    expect(asking.session.exchangeState).toBe('idle.reused');
  });

  it('a peek reads nothing of the body of the response behind 100 Continue', async () => {
    const asking = new Asking();
    const { body, granted } = await peeked(asking);
    await asking.answer(`${CONTINUE}HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n`);
    await granted;
    await body.end('body');
    const response = await asking.session.receiveResponse();
    await asking.server.send('late\r\n\r\n');
    expect(asking.session.networkException()).toBeNull();
    expect(await response.text()).toBe('late\r\n\r\n');
  });

  it('a second peek is refused while one is pending', async () => {
    const asking = new Asking();
    const { granted } = await peeked(asking);
    expect(await rejection(asking.session.peekResponse())).toMatchObject({
      name: 'InvalidStateError',
      call: 'peekResponse()',
    });
    await asking.answer(CONTINUE);
    expect(await granted).toBe(true);
  });

  it('a peek is refused beside request(), which sends the body itself', async () => {
    const asking = new Asking();
    const response = asking.session.request({ method: 'POST', body: 'body', expectContinue: true });
    await settled();
    expect(await rejection(asking.session.peekResponse())).toMatchObject({ name: 'InvalidStateError' });
    await asking.answer(CONTINUE);
    expect(asking.server.text).toContain('body');
    await asking.answer(ok('thanks'));
    expect(await (await response).text()).toBe('thanks');
  });

  it('after a peek, the body begins with what is written after 100 Continue', async () => {
    const asking = new Asking();
    const { body, granted } = await peeked(asking);
    await asking.answer(CONTINUE);
    await granted;
    expect(asking.session.exchangeState).toContain('request.continued');
    await body.write('bo');
    expect(asking.session.exchangeState).toContain('request.body');
  });
});
