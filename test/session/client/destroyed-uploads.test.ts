import { PassThrough, Readable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { AbortedError, LocalProtocolError } from '../../../src/errors/index.js';
import { HTTPRequest } from '../../../src/protocol/index.js';
import { Asking, ok } from '../../support/http/asking.js';
import { reportedDuring } from '../../support/http/reported.js';
import { expectNothingUncaught } from '../../support/http/uncaught.js';
import { rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';

expectNothingUncaught();

/** A client in the middle of an upload whose body it writes itself. */
async function uploading(
  length?: number,
): Promise<{ asking: Asking; body: Awaited<ReturnType<Asking['session']['sendRequest']>> }> {
  const asking = new Asking();
  const message = new HTTPRequest('POST', '/');
  if (length === undefined) message.setChunkedTransferEncoding(true);
  else message.setContentLength(length);
  const body = await asking.session.sendRequest(message);
  return { asking, body };
}

describe('the stream of an upload', () => {
  it.each([
    ['with an error', new Error('disk')],
    ['without one', undefined],
  ])(
    'destroyed before its end %s resets the connection, and a pending response rejects',
    async (_how, cause) => {
      const { asking, body } = await uploading();
      const stream = body.stream().on('error', () => undefined);
      stream.write('begun');
      const failure = rejection(asking.session.receiveResponse());
      await settled();
      stream.destroy(cause);
      await settled();
      expect(await failure).toBeInstanceOf(AbortedError);
      expect((await failure).cause).toBe(cause);
      expect([asking.server.wasReset, asking.session.state]).toEqual([true, 'closed']);
      expect(asking.server.text).not.toContain('0\r\n\r\n');
    },
  );

  it('destroyed after its end changes nothing', async () => {
    const { asking, body } = await uploading();
    const stream = body.stream();
    stream.end('whole');
    await settled();
    stream.destroy();
    await asking.answer(ok('done'));
    expect(await (await asking.session.receiveResponse()).text()).toBe('done');
  });

  it('that is piped, and without a listener, survives a server that resets', async () => {
    const { asking, body } = await uploading();
    const source = new PassThrough();
    source.pipe(body.stream());
    source.write('begun');
    await settled();
    await asking.server.reset();
    source.write('late');
    await settled();
    expect(asking.session.networkException()).toMatchObject({ code: 'ERR_HTTP_SESSION_RESET' });
  });

  it('that is piped, and without a listener, survives a server that answers early', async () => {
    const reported = await reportedDuring(async () => {
      const { asking, body } = await uploading();
      const source = new PassThrough();
      source.pipe(body.stream());
      source.write('begun');
      const response = asking.session.receiveResponse();
      await asking.answer('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\n');
      source.write('late');
      await settled();
      await asking.server.send('big');
      expect(await (await response).text()).toBe('big');
    });
    expect(reported).toEqual([]);
  });

  it('of request({ body }) that is destroyed resets the connection, and the request rejects', async () => {
    const asking = new Asking();
    const source = new Readable({ read: () => undefined });
    source.push('begun');
    const failure = rejection(asking.session.request({ method: 'POST', body: source }));
    await settled();
    source.destroy();
    await settled();
    expect(await failure).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
    expect(asking.server.wasReset).toBe(true);
  });
});

describe('a piece of an upload that is not awaited', () => {
  it('does not end the process when the server resets, and a caller who awaits it gets the error', async () => {
    const { asking, body } = await uploading();
    void body.write('begun');
    await asking.server.reset();
    const late = body.write('late');
    void body.write('later');
    void body.end();
    await settled();
    await expect(late).rejects.toMatchObject({ code: 'ERR_HTTP_SESSION_RESET' });
  });

  it('of more than was declared is a fault', async () => {
    const reported = await reportedDuring(async () => {
      const { body } = await uploading(3);
      void body.write('four');
      await settled();
    });
    expect(reported).toEqual([expect.any(LocalProtocolError)]);
  });

  it.each([{}, 42, null, [1], { length: 3 }])(
    'that is neither text nor bytes is refused: %p',
    async (piece) => {
      const { asking, body } = await uploading();
      for (const call of ['write', 'end'] as const) {
        const error = await rejection(body[call](piece as never));
        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toContain(`${call}(): the content must be`);
      }
      await body.end(new Uint16Array([0x6968]));
      await settled();
      expect(asking.server.text.endsWith('2\r\nhi\r\n0\r\n\r\n')).toBe(true);
    },
  );
});
