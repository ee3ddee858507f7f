import type { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';

import { exchanges, type ExchangeMessage } from '../../../src/diagnostics.js';
import { InvalidStateError, type HTTPSessionError } from '../../../src/errors/index.js';
import type { HTTPServerRequest, HTTPServerResponse, RequestHandler } from '../../../src/session/index.js';
import { settled } from '../../support/transport/sockets.js';
import { rejection, thrown } from '../../support/transport/promises.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { echoPath, get, post, Served } from '../../support/http/served.js';

const OFFER = 'Connection: Upgrade\r\nUpgrade: first, second\r\n';
const CONNECT = 'CONNECT inner.test:443 HTTP/1.1\r\nHost: inner.test:443\r\n\r\n';

/** Both ways to take the connection over. */
const CALLS = ['upgrade', 'switchProtocol'] as const;

/** The answer of a server that agrees to switch, without Date, which it has not. */
const fieldsOf = (text: string): string[] => text.split('\r\n\r\n', 1)[0]?.split('\r\n').slice(1) ?? [];

/** A connection whose one request is in the hands of the test. */
async function held(
  sent: string,
): Promise<{ served: Served; request: HTTPServerRequest; response: HTTPServerResponse }> {
  const exchanges: [HTTPServerRequest, HTTPServerResponse][] = [];
  const served = new Served((...exchange) => {
    exchanges.push(exchange);
  });
  await served.send(sent);
  const [first] = exchanges;
  if (first === undefined) throw new Error('no request arrived');
  return { served, request: first[0], response: first[1] };
}

/** What a session shows of itself; equal before and after a call means that the call has changed nothing. */
const shown = ({ session, armedDeadlines }: Served): unknown => [
  session.state,
  session.exchangeState,
  session.socket() !== null,
  session.history.length,
  armedDeadlines,
];

describe('an offer to switch protocols that the handler declines', () => {
  it.each([
    ['answers', echoPath],
    [
      'answers in pieces',
      async (request, response) => {
        await response.write(request.path);
        response.end();
      },
    ],
    [
      'answers later',
      async (request, response) => {
        await Promise.resolve();
        response.end(request.path);
      },
    ],
  ] satisfies [string, RequestHandler][])(
    'a declined offer to switch is served as HTTP when it %s, and the connection continues',
    async (_how, handler) => {
      const served = new Served(handler);
      await served.send(get('/offer', OFFER) + get('/next', OFFER));
      await served.send(get('/last'));
      expect(responsesIn(served.text).map(({ status, body }) => [status, body])).toEqual([
        [200, '/offer'],
        [200, '/next'],
        [200, '/last'],
      ]);
      expect(served.session.exchangeState).toBe('idle.reused');
    },
  );

  it('a declined switch with a body is served as HTTP, whether the body is read or not', async () => {
    const served = new Served(async (request, response) => {
      response.end(request.path === '/read' ? await request.bytes() : request.path);
    });
    await served.send(post('body', OFFER, '/read') + post('body', OFFER, '/unread') + get('/next'));
    expect(responsesIn(served.text).map(({ body }) => body)).toEqual(['body', '/unread', '/next']);
  });

  it('a declined switch of CONNECT is answered with a status that makes no tunnel', async () => {
    const served = new Served((_request, response) => {
      response.status = 405;
      response.end('no tunnels here');
    });
    await served.send(CONNECT);
    expect(responseIn(served.text)).toMatchObject({ status: 405, body: 'no tunnels here' });
  });

  it('a switch declined by throwing is answered with 500, and the connection continues', async () => {
    const served = new Served(() => {
      throw new Error('of the handler');
    });
    await served.send(get('/', OFFER) + get('/', OFFER));
    expect(responsesIn(served.text).map(({ status }) => status)).toEqual([500, 500]);
  });
});

describe.each(CALLS)('%s()', (call) => {
  const refused: [string, string][] = [
    ['when nothing was offered', get()],
    ['when Connection does not name Upgrade', get('/', 'Upgrade: first\r\n')],
    ['for HTTP/1.0, which has no Upgrade', `GET / HTTP/1.0\r\n${OFFER}\r\n`],
    ['while the body is unread', post('body', OFFER)],
    ['while the body is on its way', post('body', OFFER).slice(0, -2)],
    ['while the client waits for 100 Continue', waiting()],
  ];

  it.each(refused)('a switch is an InvalidStateError %s, and changes nothing', async (_when, sent) => {
    const { served, response } = await held(sent);
    const before = shown(served);
    const error = thrown(() => response[call]());
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error).toMatchObject({ call: `${call}()`, testimony: { request: { number: 1 } } });
    expect(shown(served)).toEqual(before);
    // Nor has the response changed: it may still be given.
    response.end('as usual');
    await settled();
    const answer = responseIn(served.text.slice(served.text.lastIndexOf('HTTP/1.1 ')));
    expect(answer).toMatchObject({ status: 200, body: 'as usual' });
    expect(answer.fields.filter((field) => /^(Upgrade|Connection: Upgrade)/.test(field))).toEqual([]);
  });

  it('a switch is an InvalidStateError once the response has begun', async () => {
    const { served, response } = await held(get('/', OFFER));
    await response.write('begun');
    const before = shown(served);
    expect(thrown(() => response[call]())).toBeInstanceOf(InvalidStateError);
    expect(shown(served)).toEqual(before);
    response.end(', and complete');
    await settled();
    expect(responseIn(served.text).body).toBe('begun, and complete');
  });

  it('a switch is an InvalidStateError once the response is complete, or the switch was made', async () => {
    const complete = await held(get('/', OFFER));
    complete.response.end();
    expect(thrown(() => complete.response[call]())).toBeInstanceOf(InvalidStateError);
    expect(complete.served.session.exchangeState).toBe('idle.reused');

    const made = await held(get('/', OFFER));
    made.response.upgrade();
    for (const late of CALLS) expect(thrown(() => made.response[late]())).toBeInstanceOf(InvalidStateError);
    expect(thrown(() => made.response.end())).toBeInstanceOf(InvalidStateError);
    expect(await rejection(made.response.write(''))).toBeInstanceOf(InvalidStateError);
    expect(made.served.session.state).toBe('detached');
    await settled();
    expect(made.served.text).toBe('');
  });

  it('a switch throws the error of the connection, once it is lost', async () => {
    const { served, response } = await held(get('/lost', OFFER));
    await served.reset();
    const error: HTTPSessionError = thrown(() => response[call]());
    expect(error).toMatchObject({
      code: 'ERR_HTTP_SESSION_RESET',
      testimony: { request: { target: '/lost' } },
    });
    expect(served.session.state).toBe('errored.fatal');
  });

  it('a switch is possible once the body was read, also one that waited for 100 Continue', async () => {
    for (const [sent, rest] of [
      [post('body', OFFER), ''],
      [waiting(), 'body'],
    ] as const) {
      let taken: { socket: Duplex; head: Buffer } | undefined;
      const served = new Served(async (request, response) => {
        expect(await request.text()).toBe('body');
        taken = response[call]();
      });
      await served.send(sent);
      if (rest !== '') await served.send(`${rest}of the new protocol`);
      expect(served.session.state).toBe('detached');
      expect(taken?.head.toString()).toBe(rest === '' ? '' : 'of the new protocol');
    }
  });

  it('a switch leaves earlier answers in their order', async () => {
    const served = new Served((request, response) => {
      if (request.path === '/switch') response[call]().socket.write('switched');
      else response.end(request.path);
    });
    await served.send(get('/1') + get('/2') + get('/switch', OFFER));
    const [answers = '', ...rest] = served.text.split(call === 'upgrade' ? 'switched' : 'HTTP/1.1 101');
    expect(responsesIn(answers).map(({ body }) => body)).toEqual(['/1', '/2']);
    expect(rest).toHaveLength(1);
  });

  it('a request that was answered by a switch is not reported as lost', async () => {
    const { served, request, response } = await held(get('/', OFFER));
    const { signal } = request;
    const { socket } = response[call]();
    expect(request.socket).toBe(socket);
    await served.reset();
    expect([signal.aborted, socket.destroyed]).toEqual([false, true]);
    expect(served.session.answered).toBe(1);
  });

  it('a switch during a drain gives a signal that aborts in the next turn, and the drain waits for the socket', async () => {
    let taken: { socket: Duplex; signal: AbortSignal } | undefined;
    const served = new Served((_request, response) => {
      taken = response[call]();
    });
    const report = served.server.drain({ grace: 1_000, deadline: 10_000 });
    await served.send(get('/crossing', OFFER));
    expect(served.session.state).toBe('detached');
    expect(taken?.signal.aborted).toBe(false);
    await settled();
    expect(taken?.signal.aborted).toBe(true);
    await served.pass(5_000);
    expect(served.server.state).toBe('draining');
    taken?.socket.destroy();
    await settled();
    expect(await report).toMatchObject({ sessions: [{ outcome: 'released', answered: 1, after: 5_000 }] });
    expect(served.armedDeadlines).toBe(0);
  });
});

function waiting(): string {
  return `POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n${OFFER}Expect: 100-continue\r\n\r\n`;
}

describe('the answer of switchProtocol()', () => {
  it('the answer of switchProtocol() is 101 with the first protocol that was offered', async () => {
    const { served, response } = await held(get('/', OFFER));
    response.switchProtocol();
    await settled();
    expect(served.text).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: first\r\nConnection: Upgrade\r\n\r\n',
    );
  });

  it('the answer of switchProtocol() has the fields that were set, the protocol among them, and none that frames a body', async () => {
    const { served, response } = await held(get('/', OFFER));
    response.status = 404;
    response.set('Upgrade', 'second').set('X-Own', 'yes').set('Content-Length', 5);
    response.set('Transfer-Encoding', 'chunked').setContentType('text/plain');
    response.switchProtocol();
    await settled();
    expect(served.text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(fieldsOf(served.text)).toEqual([
      'Upgrade: second',
      'X-Own: yes',
      'Content-Type: text/plain',
      'Connection: Upgrade',
    ]);
  });

  it('the answer of switchProtocol() to CONNECT is 200, and has no field that frames a body', async () => {
    const { served, response } = await held(CONNECT);
    response.set('Proxy-Agent', 'test').set('Content-Length', 0);
    const { socket } = response.switchProtocol();
    socket.write('from the tunnel');
    await settled();
    expect(served.text).toBe('HTTP/1.1 200 OK\r\nProxy-Agent: test\r\n\r\nfrom the tunnel');
  });
});

describe('the end of an exchange, as it is announced', () => {
  it.each([
    ['switchProtocol', get('/', OFFER), 101],
    ['switchProtocol', CONNECT, 200],
    ['upgrade', get('/', OFFER), undefined],
  ] as const)(
    'the end of an exchange by %s() is published with the status that was sent',
    async (call, sent, status) => {
      const messages: ExchangeMessage[] = [];
      const hear = (message: unknown): number => messages.push(message as ExchangeMessage);
      exchanges.subscribe(hear);
      try {
        const { response } = await held(sent);
        response[call]();
      } finally {
        exchanges.unsubscribe(hear);
      }
      expect(messages.map(({ phase, outcome, ...rest }) => [phase, outcome, rest.status])).toEqual([
        ['begin', undefined, undefined],
        ['end', 'completed', status],
      ]);
    },
  );
});

describe('upgrade()', () => {
  it('upgrade() sends nothing, and hands over everything behind the request', async () => {
    const taken: { socket: Duplex; head: Buffer }[] = [];
    const served = new Served((_request, response) => {
      taken.push(response.upgrade());
    });
    await served.send(`${get('/', OFFER)}GET is no request any more\r\n\r\n`);
    await served.send('nor is this');
    const [first] = taken;
    expect(taken).toHaveLength(1);
    expect(first?.head.toString()).toBe('GET is no request any more\r\n\r\n');
    expect(String(first?.socket.read())).toBe('nor is this');
    expect([served.text, served.armedDeadlines]).toEqual(['', 0]);
  });

  it('upgrade() counts as a live connection of the server until the socket is closed', async () => {
    const { served, response } = await held(get('/', OFFER));
    const { socket, signal } = response.upgrade();
    expect(served.server.counts().activities).toMatchObject({ detached: 1 });
    socket.destroy();
    await settled();
    expect([served.server.currentConnections, signal.aborted]).toEqual([0, false]);
  });
});
