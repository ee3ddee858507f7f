import { describe, expect, it } from '@jest/globals';

import { HTTPRequest, HTTPResponse } from '../../../src/protocol/index.js';
import { switchResponse } from '../../../src/session/server/response-head.js';

/** The head of the answer that agrees to switch. */
function answerTo(upgrade: string | undefined, fields: Record<string, string> = {}, method = 'GET') {
  const headers = upgrade === undefined ? {} : { Upgrade: upgrade };
  const message = new HTTPResponse(200, undefined, { headers: fields });
  const before = message.formatBlock();
  const answer = switchResponse(message, new HTTPRequest(method, '/', { headers }));
  expect([message.status, message.formatBlock()]).toEqual([200, before]);
  return { status: answer.status, fields: [...answer] };
}

describe('the answer that agrees to an Upgrade', () => {
  it.each([
    ['websocket', 'websocket'],
    ['first, second', 'first'],
    [' first , second', 'first'],
    ['first/1.1,second', 'first/1.1'],
  ])('the answer to an Upgrade to %j is 101 and names %j', (upgrade, named) => {
    expect(answerTo(upgrade)).toEqual({
      status: 101,
      fields: [
        ['Upgrade', named],
        ['Connection', 'Upgrade'],
      ],
    });
  });

  it('the answer to an Upgrade names no protocol where the request names none', () => {
    expect(answerTo(undefined).fields).toEqual([
      ['Upgrade', ''],
      ['Connection', 'Upgrade'],
    ]);
  });

  it('the answer to an Upgrade names the protocol that the handler has chosen', () => {
    expect(answerTo('first, second', { Upgrade: 'second' }).fields).toEqual([
      ['Upgrade', 'second'],
      ['Connection', 'Upgrade'],
    ]);
  });

  it('the answer to an Upgrade has the fields of the handler, but none of framing or connection', () => {
    expect(
      answerTo('first', {
        'X-Mine': '1',
        'Content-Length': '5',
        'Transfer-Encoding': 'chunked',
        Connection: 'close',
      }).fields,
    ).toEqual([
      ['X-Mine', '1'],
      ['Connection', 'Upgrade'],
      ['Upgrade', 'first'],
    ]);
  });
});

describe('the answer that agrees to CONNECT', () => {
  it('the answer to CONNECT is 200 with only the fields of the handler, without framing', () => {
    expect(answerTo(undefined, { 'X-Mine': '1', 'Content-Length': '5' }, 'CONNECT')).toEqual({
      status: 200,
      fields: [['X-Mine', '1']],
    });
    expect(answerTo('first', { 'Transfer-Encoding': 'chunked' }, 'CONNECT').fields).toEqual([]);
  });
});
