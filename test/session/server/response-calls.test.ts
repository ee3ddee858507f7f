import { describe, expect, it } from '@jest/globals';

import { type HTTPSessionError, InvalidStateError } from '../../../src/errors/index.js';
import { MessageHeader } from '../../../src/protocol/index.js';
import type { HTTPServerResponse } from '../../../src/session/index.js';
import { rejection, thrown } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { get, Served } from '../../support/http/served.js';

describe('a call that comes after the response is complete', () => {
  const calls: Record<
    string,
    (response: HTTPServerResponse) => Promise<HTTPSessionError> | HTTPSessionError
  > = {
    'write()': (response) => rejection(response.write('late')),
    'end()': (response) => thrown(() => response.end('late')),
    'end() with a trailer': (response) =>
      thrown(() => {
        response.end('late', new MessageHeader({ Checksum: '42' }));
      }),
    'sendInterim()': (response) => thrown(() => response.sendInterim(103)),
  };

  it.each(Object.entries(calls))(
    'a call after a complete response is refused by name: %s',
    async (call, run) => {
      let outcome: Promise<HTTPSessionError> | HTTPSessionError | undefined;
      const served = new Served((_request, response) => {
        response.end('in time');
        outcome = run(response);
      });
      await served.send(get());
      const error = await outcome;
      expect(error).toBeInstanceOf(InvalidStateError);
      expect(error).toMatchObject({ call: call.split(' ', 1)[0], state: 'connected.open' });
      expect(responseIn(served.text).body).toBe('in time');
    },
  );
});

describe('sendContinue() of an earlier response', () => {
  it('sendContinue() of an earlier response is refused by name, and does not grant the body of the next request', async () => {
    const responses: HTTPServerResponse[] = [];
    const served = new Served((_request, response) => {
      responses.push(response);
      if (responses.length === 1) response.end('first');
    });
    await served.send(get());
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
    const [first, second] = responses;
    const error = thrown(() => first?.sendContinue());
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error).toMatchObject({ call: 'sendContinue()' });
    second?.end('second');
    await settled();
    expect(responsesIn(served.text).map(({ body }) => body)).toEqual(['first', 'second']);
  });
});

describe('a switch of protocols from within a transition', () => {
  it.each(['upgrade', 'switchProtocol'] as const)(
    'a switch by %s() from within a transition is refused, without an effect',
    async (call) => {
      let response: HTTPServerResponse | undefined;
      const served = new Served((_request, given) => {
        response = given;
      });
      await served.send(get('/', 'Connection: Upgrade\r\nUpgrade: other\r\n'));
      const { session } = served;
      const before = session.exchangeState;
      const errors: unknown[] = [];
      session.actor.subscribe(() => {
        errors.push(thrown(() => response?.[call]()));
      });
      session.setException(new Error('for a moment'));
      expect(errors).toMatchObject([{ name: 'InvalidStateError', call: `${call}()` }]);
      expect([session.exchangeState, session.answered]).toEqual([before, 0]);
      expect(session.socket()).toBe(served.near);
      session.clearException();
    },
  );
});

describe('a session that is closed while its socket is handed the response', () => {
  it('a session closed in the write of a response has answered, and end() throws nothing', async () => {
    let response: HTTPServerResponse | undefined;
    const served = new Served((_request, given) => {
      response = given;
    });
    await served.send(get());
    const write = served.near.write.bind(served.near) as (data: string) => boolean;
    served.near.write = (data: string) => {
      const isFree = write(data);
      served.session.close();
      return isFree;
    };
    response?.end('handed over');
    expect(served.session.state).toBe('closed');
    // The response is complete before it is handed over: so it is everywhere, also where answers are joined.
    expect(served.session.answered).toBe(1);
    await served.pass(0);
    expect(served.text).toMatch(/handed over$/);
  });
});
