import { describe, expect, it } from '@jest/globals';

import { InvalidStateError } from '../../../src/errors/index.js';
import { MessageHeader } from '../../../src/protocol/index.js';
import type { HTTPServerResponse } from '../../../src/session/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { rejection, thrown } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';
import { FarEnd } from '../../support/http/far-end.js';
import { responseIn } from '../../support/http/messages.js';
import { get, Served } from '../../support/http/served.js';

const OFFER = 'Connection: Upgrade\r\nUpgrade: other\r\n';

const EXPECTING =
  'POST /new HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n';

/** A server session whose socket is replaced while its first request is answered. */
class Replaced {
  readonly #served: Served;
  /** The response to the request of the connection before. */
  old!: HTTPServerResponse;
  /** The response to the first request of the connection after it. */
  fresh!: HTTPServerResponse;
  /** Makes the handler of the connection before fail. */
  fail!: (error: Error) => void;
  /** The client of the connection after it. */
  client!: FarEnd;

  private constructor() {
    this.#served = new Served((_request, response) => {
      this.old = response;
      return new Promise((_resolve, reject) => {
        this.fail = reject;
      });
    });
  }

  /** Both connections have sent one request each. */
  static async with(request: string, next: string): Promise<Replaced> {
    const replaced = new Replaced();
    const served = replaced.#served;
    await served.send(request);
    const pair = createMemoryPair({ clock: served.clock });
    served.session.attachSocket(pair.server);
    served.session.serve((_request, response) => {
      replaced.fresh = response;
    });
    replaced.client = new FarEnd(pair.client);
    await replaced.client.send(next);
    return replaced;
  }

  get faults(): unknown[] {
    return this.#served.faults;
  }

  /** What the new connection gets when its own request is answered. */
  async answered(): Promise<string> {
    this.fresh.end('fresh');
    await settled();
    return this.client.text;
  }
}

describe('a response that is still in progress when its session is given another socket', () => {
  const attempts: Record<string, (old: HTTPServerResponse) => unknown> = {
    'write()': (old) => rejection(old.write('stray')),
    'upgrade()': (old) => thrown(() => old.upgrade()),
  };

  it.each(Object.entries(attempts))(
    'a response of a replaced socket is refused %s, and the new connection is not affected',
    async (call, attempt) => {
      const replaced = await Replaced.with(get('/old', OFFER), get('/new', OFFER));
      const error = await attempt(replaced.old);
      expect(error).toBeInstanceOf(InvalidStateError);
      expect(error).toMatchObject({ call });
      expect(responseIn(await replaced.answered()).body).toBe('fresh');
    },
  );

  it.each<[string, (old: HTTPServerResponse) => void]>([
    ['end()', (old) => old.end('stray')],
    ['end() with a piece before it', (old) => old.end('stray', new MessageHeader({ a: 'b' }))],
    ['sendInterim()', (old) => old.sendInterim(103)],
  ])(
    'a response of a replaced socket is lost: %s does nothing, and the new connection is not affected',
    async (_call, attempt) => {
      const replaced = await Replaced.with(get('/old', OFFER), get('/new', OFFER));
      attempt(replaced.old);
      expect(responseIn(await replaced.answered()).body).toBe('fresh');
      expect(replaced.faults).toEqual([]);
    },
  );

  it('a response of a replaced socket gets no body from the new connection', async () => {
    const replaced = await Replaced.with(EXPECTING, EXPECTING);
    replaced.old.sendContinue();
    await settled();
    expect(replaced.client.text).toBe('');
  });

  it('a response of a replaced socket is finished, sent as far as it could be', async () => {
    const { old, fresh } = await Replaced.with(get('/old'), get('/new'));
    expect([old.sent, old.finished]).toEqual([true, true]);
    expect([fresh.sent, fresh.finished]).toEqual([false, false]);
  });

  it('a handler that fails for a replaced socket is reported, without an answer on the new connection', async () => {
    const replaced = await Replaced.with(get('/old'), get('/new'));
    const fault = new Error('a fault of the handler');
    replaced.fail(fault);
    await settled();
    expect(replaced.faults).toEqual([fault]);
    expect(responseIn(await replaced.answered())).toMatchObject({ status: 200, body: 'fresh' });
  });

  it('a started response of a replaced socket does not end the new connection when its handler fails', async () => {
    const replaced = await Replaced.with(get('/old'), get('/new'));
    await replaced.fresh.write('begun, ');
    replaced.fail(new Error('a fault of the handler'));
    await settled();
    expect(replaced.client.wasReset).toBe(false);
    expect(responseIn(await replaced.answered()).body).toBe('begun, fresh');
  });
});

describe('an unread body that is being thrown away when its session is given another socket', () => {
  it('an unread body of a replaced socket ends no request of the new connection', async () => {
    const head = (path: string): string => `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\n`;
    const served = new Served((_request, response) => {
      response.end('unread');
    });
    await served.send(`${head('/old')}ab`);
    const pair = createMemoryPair({ clock: served.clock });
    served.session.attachSocket(pair.server, Buffer.from(`${head('/new')}ab`));
    served.session.serve(async (request, response) => {
      response.end(await request.text());
    });
    const client = new FarEnd(pair.client);
    await settled();
    await client.send('cd');
    expect(responseIn(client.text).body).toBe('abcd');
    expect(served.session.state).toBe('connected.open');
  });
});
