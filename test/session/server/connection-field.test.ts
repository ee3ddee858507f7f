import { describe, expect, it } from '@jest/globals';

import type { HTTPServerResponse } from '../../../src/session/index.js';
import { get, Served } from '../../support/http/served.js';

/** What the last response says in Connection and Keep-Alive. */
function linesIn(text: string): string[] {
  return text.split('\r\n').filter((line) => /^(?:connection|keep-alive):/i.test(line));
}

const forms: Record<string, (response: HTTPServerResponse) => unknown> = {
  'end()': (response) => response.end('x'),
  'write() and end()': async (response) => {
    await response.write('x');
    response.end();
  },
  'send()': (response) => response.send().end('x'),
};

const endings: Record<string, [string, object]> = {
  'the client has said so': [get('/', 'Connection: close\r\n'), {}],
  'no more requests are served': [get(), { maxKeepAliveRequests: 1 }],
  'keep-alive is off': [get(), { keepAlive: false }],
};

describe.each(Object.entries(forms))('a connection that closes after %s', (_form, send) => {
  it.each(Object.entries(endings))(
    'says so beside what the handler says in Connection: %s',
    async (_why, [sent, params]) => {
      for (const [own, expected] of [
        ['keep-alive', ['Connection: close']],
        ['Keep-Alive, x-foo', ['Connection: x-foo, close']],
        ['x-foo', ['Connection: x-foo, close']],
        ['close', ['Connection: close']],
      ] as const) {
        const served = new Served((_request, response) => {
          response.set('Connection', own).set('Keep-Alive', 'timeout=5');
          return send(response) as Promise<void>;
        }, params);
        await served.send(sent);
        expect(linesIn(served.text)).toEqual(expected);
        expect(served.ended).toBe(true);
      }
    },
  );

  it('says so where a drain began while the handler worked', async () => {
    let go = (): void => undefined;
    const served = new Served(async (_request, response) => {
      await new Promise<void>((resolve) => (go = resolve));
      await send(response.set('Connection', 'keep-alive'));
    });
    await served.send(get());
    const drained = served.server.drain({ grace: 200 });
    go();
    await served.pass(1_000);
    expect(linesIn(served.text)).toEqual(['Connection: close']);
    expect(await drained).toMatchObject({ aborted: 0 });
  });
});

describe('a connection that stays open', () => {
  it('keeps what the handler says in Connection and Keep-Alive', async () => {
    const served = new Served((_request, response) => {
      response.set('Connection', 'keep-alive, x-foo').set('Keep-Alive', 'timeout=5').end('x');
    });
    await served.send(get());
    expect(linesIn(served.text)).toEqual(['Connection: keep-alive, x-foo', 'Keep-Alive: timeout=5']);
    expect(served.ended).toBe(false);
  });
});
