import type { RequestListener } from 'node:http';

import { describe, expect, it } from '@jest/globals';

import { responsesIn } from '../../../support/http/messages.js';
import { ListenerServed } from '../../../support/node/on-sessions.js';

/** Begins its answer with the first piece of the body. */
const echo: RequestListener = (request, response) => {
  request.pipe(response);
};

const CHUNKED = 'POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n';

describe('Expect with other members', () => {
  it('onSessions() sends 100 Continue for an Expect that has other members, once the body is read', async () => {
    const served = new ListenerServed(echo);
    await served.send(
      'POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\nExpect: x, 100-continue\r\n\r\n',
    );
    expect(served.text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    await served.send('body');
    expect(responsesIn(served.text).at(-1)).toMatchObject({ status: 200, body: 'body' });
  });
});

describe('a body that breaks off behind the head of its response', () => {
  it.each([
    ['is malformed', 'nonsense\r\n', 'parse'],
    ['ends with the connection', null, 'fin'],
  ] as const)(
    'a request whose body %s ends its begun response with a reset',
    async (_what, rest, endedBy) => {
      const events: string[] = [];
      const served = new ListenerServed((request, response) => {
        request.on('aborted', () => events.push('aborted'));
        request.on('error', ({ cause }: NodeJS.ErrnoException) => {
          events.push(`error ${String((cause as { testimony?: { endedBy: string } }).testimony?.endedBy)}`);
        });
        response.on('close', () => events.push(`close ${String(response.writableFinished)}`));
        echo(request, response);
      });
      await served.send(CHUNKED);
      expect(served.text).toMatch(/5\r\nhello\r\n$/);
      if (rest === null) await served.fin();
      else await served.send(rest);
      expect(served.wasReset).toBe(true);
      expect(served.session.state).toBe('errored.fatal');
      expect(events).toEqual(['aborted', 'close false', `error ${endedBy}`]);
      expect(served.server.sessions.currentConnections).toBe(0);
    },
  );

  it('a listener of clientError hears of it, with a socket that is destroyed', async () => {
    const heard: unknown[] = [];
    const served = new ListenerServed(echo);
    served.server.on('clientError', ({ code }: NodeJS.ErrnoException, socket) => {
      heard.push([code, socket.writable]);
    });
    await served.send(CHUNKED);
    await served.send('nonsense\r\n');
    expect(heard).toEqual([['HPE_INVALID_CHUNK_SIZE', false]]);
  });

  it('an application that is not told by its stream does not keep the connection open', async () => {
    const served = new ListenerServed((request, response) => {
      request.once('data', (piece) => response.write(piece));
    });
    await served.send(CHUNKED);
    await served.send('nonsense\r\n');
    expect(served.wasReset).toBe(true);
  });
});
