import { describe, expect, it } from '@jest/globals';

import { type HTTPSessionError, InvalidStateError, LocalProtocolError } from '../../../src/errors/index.js';
import { MessageHeader } from '../../../src/protocol/index.js';
import type { HTTPServerResponse, RequestHandler } from '../../../src/session/index.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { rejection, thrown } from '../../support/transport/promises.js';
import { get, Served } from '../../support/http/served.js';

/** Serves with a handler that only fills in the response. */
function answering(answer: (response: HTTPServerResponse) => void | Promise<void>): Served {
  return new Served((_request, response) => answer(response));
}

describe('a handler that breaks HTTP', () => {
  const mistakes: Record<string, (response: HTTPServerResponse) => void | Promise<void>> = {
    'ends with fewer bytes than it declared': (response) => {
      response.setContentLength(6).end('five!');
    },
    'ends with more bytes than it declared': (response) => {
      response.setContentLength(4).end('five!');
    },
    'ends with a body of its own coding': (response) => {
      response.set('Transfer-Encoding', 'gzip').end('body');
    },
    'streams with a coding that nobody applies': async (response) => {
      await response.set('Transfer-Encoding', 'gzip, chunked').write('body');
    },
    'declares length and chunks at once': async (response) => {
      response.setContentLength(4);
      await response.set('Transfer-Encoding', 'chunked').write('body');
    },
    'declares a length that is no number': async (response) => {
      await response.set('Content-Length', 'many').write('body');
    },
    'declares a length in another notation': (response) => {
      response.set('Content-Length', '0x4').end('body');
    },
    'declares two lengths': async (response) => {
      await response.add('Content-Length', '4').add('Content-Length', '4').write('body');
    },
    'writes more at once than it declared': async (response) => {
      response.setContentLength(3);
      await response.write('body');
    },
    'ends with an interim status': (response) => {
      response.status = 103;
      response.end();
    },
    'streams with an interim status': async (response) => {
      response.status = 199;
      await response.write('body');
    },
  };

  it.each(Object.entries(mistakes))(
    'a handler that breaks HTTP by a response that %s gets the error before anything is sent',
    async (_what, answer) => {
      let failure: unknown;
      const served = answering(async (response) => {
        try {
          await answer(response);
        } catch (error) {
          failure = error;
          throw error;
        }
      });
      await served.send(get());
      expect(failure).toBeInstanceOf(LocalProtocolError);
      expect((failure as HTTPSessionError).testimony).toMatchObject({
        headSent: false,
        request: { number: 1 },
      });
      // So that the client still gets a response that is right.
      expect(responseIn(served.text)).toMatchObject({ status: 500, body: '500 Internal Server Error\n' });
      expect(served.faults).toEqual([failure]);
      expect(served.session.state).toBe('connected.open');
    },
  );

  it('a handler that breaks HTTP in the middle of a body gets the error, and the connection is reset', async () => {
    for (const last of ['', 'too much']) {
      let failure: unknown;
      const served = answering(async (response) => {
        response.setContentLength(6);
        await response.write('one');
        failure = thrown(() => {
          response.end(last);
        });
        throw failure;
      });
      await served.send(get());
      expect(failure).toMatchObject({ name: 'LocalProtocolError', code: 'ERR_HTTP_SESSION_BODY_LENGTH' });
      expect(served.wasReset).toBe(true);
      expect(served.session.exchangeState).toBe('closed');
    }
  });

  it('a handler that sets a forbidden trailer field can still end the response', async () => {
    const served = answering(async (response) => {
      await response.write('body');
      expect(
        thrown(() => {
          response.end(undefined, new MessageHeader({ 'Content-Length': '4' }));
        }),
      ).toBeInstanceOf(LocalProtocolError);
      response.end();
    });
    await served.send(get());
    expect(responseIn(served.text).body).toBe('body');
  });

  it('a handler cannot inject lines into the head', async () => {
    const served = answering((response) => {
      for (const value of ['a\r\nb: c', 'a\nb', 'a\0b', 'a\rb', '\u0100']) {
        expect(thrown(() => response.set('X', value))).toBeInstanceOf(TypeError);
        expect(thrown(() => response.add('X', value))).toBeInstanceOf(TypeError);
        expect(
          thrown(() => {
            response.redirect(`/${value}`);
          }),
        ).toBeInstanceOf(TypeError);
        expect(
          thrown(() => {
            response.requireAuthentication(value);
          }),
        ).toBeInstanceOf(TypeError);
        expect(
          thrown(() => {
            response.message.reason = value;
          }),
        ).toBeInstanceOf(TypeError);
      }
      expect(thrown(() => response.set('X Y', 'z'))).toBeInstanceOf(TypeError);
      expect(thrown(() => response.set('', 'z'))).toBeInstanceOf(TypeError);
      expect(
        thrown(() => {
          response.status = 99;
        }),
      ).toBeInstanceOf(RangeError);
      response.status = 200;
      response.end('clean');
    });
    await served.send(get());
    expect(responseIn(served.text)).toMatchObject({
      status: 200,
      body: 'clean',
      fields: ['Content-Length: 5'],
    });
  });
});

describe('a response that is complete', () => {
  it('a response that is complete cannot be ended, written to or announced again', async () => {
    const served = answering(async (response) => {
      response.end('once');
      expect(response).toMatchObject({ sent: true, finished: true });
      expect(
        thrown(() => {
          response.end('twice');
        }),
      ).toBeInstanceOf(InvalidStateError);
      expect(
        thrown(() => {
          response.end();
        }),
      ).toBeInstanceOf(InvalidStateError);
      expect(await rejection(response.write('more'))).toBeInstanceOf(InvalidStateError);
      expect(
        thrown(() => {
          response.sendInterim(103);
        }),
      ).toBeInstanceOf(InvalidStateError);
    });
    await served.send(get() + get());
    expect(responsesIn(served.text).map(({ body }) => body)).toEqual(['once', 'once']);
    expect(served.faults).toEqual([]);
  });

  it('a response that is complete cannot be ended again after it was streamed', async () => {
    const served = answering(async (response) => {
      await response.write('once');
      response.end();
      expect(
        thrown(() => {
          response.end();
        }),
      ).toBeInstanceOf(InvalidStateError);
      expect(await rejection(response.write('more'))).toBeInstanceOf(InvalidStateError);
    });
    await served.send(get());
    expect(responseIn(served.text).body).toBe('once');
  });

  it('a complete response of an earlier request changes nothing for the one in progress', async () => {
    let stale: HTTPServerResponse | undefined;
    const served = new Served((_request, response) => {
      if (stale === undefined) {
        stale = response;
        response.end('first');
        return;
      }
      const old = stale;
      expect(thrown(() => old.set('Connection', 'close'))).toBeInstanceOf(InvalidStateError);
      expect(old).toMatchObject({ sent: true, finished: true });
      expect(
        thrown(() => {
          old.end('stale');
        }),
      ).toBeInstanceOf(InvalidStateError);
      expect(
        thrown(() => {
          old.sendInterim(103);
        }),
      ).toBeInstanceOf(InvalidStateError);
      old.sendContinue();
      response.end('second');
    });
    await served.send(get());
    await served.send(get());
    expect(responsesIn(served.text).map(({ body }) => body)).toEqual(['first', 'second']);
    expect(served.text).not.toContain('Connection');
    expect(served.session.state).toBe('connected.open');
  });

  it('a complete streamed response of an earlier request changes nothing for the one in progress', async () => {
    let stale: HTTPServerResponse | undefined;
    const handler: RequestHandler = async (_request, response) => {
      const old = stale;
      if (old === undefined) {
        stale = response;
        await response.write('first');
        response.end();
        return;
      }
      expect(await rejection(old.write('stale'))).toBeInstanceOf(InvalidStateError);
      expect(
        thrown(() => {
          old.end();
        }),
      ).toBeInstanceOf(InvalidStateError);
      response.end('second');
    };
    const served = new Served(handler);
    await served.send(get());
    await served.send(get());
    expect(responsesIn(served.text).map(({ body }) => body)).toEqual(['first', 'second']);
  });
});
