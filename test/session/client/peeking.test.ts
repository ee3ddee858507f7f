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
  it('reads no further than the leave to send the body', async () => {
    const asking = new Asking();
    const { body, granted } = await peeked(asking);
    await asking.answer(CONTINUE);
    expect(await granted).toBe(true);
    await asking.server.send('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig');
    expect(body.finished).toBe(false);
    expect((await asking.session.receiveResponse()).status).toBe(413);
    expect(body.finished).toBe(true);
  });

  it('leaves a response that came together with that leave to whoever asks for it', async () => {
    const asking = new Asking();
    const { body, granted } = await peeked(asking);
    await asking.answer(CONTINUE + ok('at once'));
    expect(await granted).toBe(true);
    await body.end('body');
    expect(await (await asking.session.receiveResponse()).text()).toBe('at once');
    expect(asking.session.exchangeState).toBe('idle.reused');
  });

  it('reads nothing of the body of such a response before somebody does', async () => {
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

  it('is refused while there is another: only one can be told', async () => {
    const asking = new Asking();
    const { granted } = await peeked(asking);
    expect(await rejection(asking.session.peekResponse())).toMatchObject({
      name: 'InvalidStateError',
      call: 'peekResponse()',
    });
    await asking.answer(CONTINUE);
    expect(await granted).toBe(true);
  });

  it('is refused to whoever does not send the body: it goes out all the same', async () => {
    const asking = new Asking();
    const response = asking.session.request({ method: 'POST', body: 'body', expectContinue: true });
    await settled();
    expect(await rejection(asking.session.peekResponse())).toMatchObject({ name: 'InvalidStateError' });
    await asking.answer(CONTINUE);
    expect(asking.server.text).toContain('body');
    await asking.answer(ok('thanks'));
    expect(await (await response).text()).toBe('thanks');
  });

  it('changes the state of the request: its body begins with what is written after the leave', async () => {
    const asking = new Asking();
    const { body, granted } = await peeked(asking);
    await asking.answer(CONTINUE);
    await granted;
    expect(asking.session.exchangeState).toContain('request.continued');
    await body.write('bo');
    expect(asking.session.exchangeState).toContain('request.body');
  });
});
