import { describe, expect, it } from '@jest/globals';

import { HTTPClientSession, type HTTPClientSessionOptions } from '../../../src/session/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { rejection } from '../../support/transport/promises.js';

/** What a client with options makes of a response. */
async function answerOf(options: HTTPClientSessionOptions, response: string): Promise<unknown> {
  const { client, server } = createMemoryPair();
  server.on('error', () => undefined);
  server.once('data', () => server.end(response, 'latin1'));
  await using session = new HTTPClientSession(client, undefined, options);
  const asked = session.request({ path: '/' }).then(({ status }) => status);
  return await asked.catch((error: unknown) => (error as { code: unknown }).code);
}

const TOO_LARGE = 'ERR_HTTP_SESSION_HEAD_TOO_LARGE';
const fields = (text: string): string => `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n${text}\r\n`;

describe('the caps on the head of a response', () => {
  it.each<[string, HTTPClientSessionOptions, string, unknown]>([
    ['maxHeadBytes', { maxHeadBytes: 131_072 }, fields(`Large: ${'x'.repeat(100_000)}\r\n`), 200],
    ['maxHeadBytes', { maxHeadBytes: 1_000 }, fields(`Large: ${'x'.repeat(1_000)}\r\n`), TOO_LARGE],
    ['maxFieldCount', { maxFieldCount: 300 }, fields('A: b\r\n'.repeat(299)), 200],
    ['maxFieldCount', { maxFieldCount: 2 }, fields('A: b\r\n'.repeat(2)), TOO_LARGE],
    ['maxStartLineBytes', { maxStartLineBytes: 20_000 }, `HTTP/1.1 200 ${'x'.repeat(10_000)}\r\n\r\n`, 200],
    [
      'maxStartLineBytes',
      { maxStartLineBytes: 100 },
      `HTTP/1.1 200 ${'x'.repeat(100)}\r\n\r\n`,
      'ERR_HTTP_SESSION_START_LINE_TOO_LONG',
    ],
  ])('%s is an option of a client session: %j', async (_name, options, response, expected) => {
    expect(await answerOf(options, response)).toBe(expected);
  });

  it('maxHeadBytes of a client session must be 1 or more', async () => {
    const error = await rejection(answerOf({ maxHeadBytes: 0 }, ''));
    expect(error).toBeInstanceOf(RangeError);
  });
});
