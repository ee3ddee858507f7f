import { afterEach, describe, expect, it } from '@jest/globals';

import { HTTPClient, retry, type RetryOptions } from '../../../src/client/index.js';
import { retryAfterOf } from '../../../src/client/interceptors/retry-after.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { ScriptedServer } from '../../support/client/next.js';
import { rejection } from '../../support/transport/promises.js';

const clients: HTTPClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

function patient(options: RetryOptions = {}): HTTPClient {
  const client = new HTTPClient();
  clients.push(client);
  return client.compose(retry({ delay: () => 0, ...options }));
}

/** A server that fails with a status a number of times. */
function failing(times: number, status = 503, retryAfter?: string): Promise<ScriptedServer> {
  return ScriptedServer.listen((_request, response, count) => {
    if (count <= times) {
      response.statusCode = status;
      if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
    }
    response.end(`answer ${String(count)}`);
  });
}

describe('retry()', () => {
  it.each<[string, object, number]>([
    ['a GET', {}, 3],
    ['a PUT with text', { method: 'PUT', body: 'text' }, 3],
    ['a POST', { method: 'POST', body: 'text' }, 1],
    ['a POST with an Idempotency-Key', { method: 'POST', headers: { 'Idempotency-Key': '1' } }, 3],
    ['a PUT with a stream', { method: 'PUT', body: ['once'] }, 1],
    ['a PUT with a stream that is made for each attempt', { method: 'PUT', body: () => ['again'] }, 3],
  ])('%s is sent as often as is safe', async (_what, init, attempts) => {
    await using server = await failing(2);
    const response = await patient().request(`${server.origin}/`, init);
    expect(server.seen).toHaveLength(attempts);
    expect(response.status).toBe(attempts === 1 ? 503 : 200);
    expect(await response.text()).toBe(`answer ${String(attempts)}`);
  });

  it.each<[number, number]>([
    [429, 2],
    [500, 1],
    [502, 2],
    [503, 2],
    [504, 2],
    [404, 1],
  ])('status %i leads to %i attempts', async (status, attempts) => {
    await using server = await failing(1, status);
    await (await patient().request(`${server.origin}/`)).text();
    expect(server.seen).toHaveLength(attempts);
  });

  it('returns the last response when the limit is reached', async () => {
    await using server = await failing(9);
    const response = await patient({ limit: 3 }).request(`${server.origin}/`);
    expect(response.status).toBe(503);
    expect(server.seen).toHaveLength(4);
  });

  it('never waits for less than Retry-After asks', async () => {
    await using server = await failing(1, 503, '2');
    const clock = new VirtualClock();
    const response = patient({ clock }).request(`${server.origin}/`);
    let isDone = false;
    void response.then(() => (isDone = true));
    while (server.seen.length < 1) await new Promise(setImmediate);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    await clock.advance(1_900);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect([isDone, server.seen.length]).toEqual([false, 1]);
    await clock.advance(150);
    expect((await response).status).toBe(200);
  });

  it('returns the response when Retry-After is longer than allowed', async () => {
    await using server = await failing(1, 503, '61');
    const response = await patient().request(`${server.origin}/`);
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('answer 1');
  });

  it('a signal ends the wait at once, and nothing was sent again', async () => {
    await using server = await failing(1, 503, '60');
    const controller = new AbortController();
    const failure = rejection(patient().request(`${server.origin}/`, { signal: controller.signal }));
    while (server.seen.length < 1) await new Promise(setImmediate);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    controller.abort(new Error('enough'));
    expect(await failure).toMatchObject({ name: 'AbortedError', cause: { message: 'enough' } });
    expect(server.seen).toHaveLength(1);
  });

  it('what was proved unsent is sent again, whatever the method; the error lists the attempts', async () => {
    const server = await failing(0);
    const { origin } = server;
    await server[Symbol.asyncDispose]();
    const error = await rejection(patient().request(`${origin}/`, { method: 'POST', body: 'x' }));
    expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_CONNECT', replay: 'safe' });
    expect(error).toMatchObject({ testimony: { attempts: [{}, {}, {}] } });
  });

  it.each([
    [{ limit: -1 }, RangeError],
    [{ delay: 5 }, TypeError],
    [{ attempts: 1 }, TypeError],
  ])('option %j is refused', (options, kind) => {
    expect(() => retry(options as never)).toThrow(kind);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it.each<[string | undefined, number | null]>([
    [undefined, null],
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Thu, 01 Jan 2020 00:00:30 GMT', 0],
    ['soon', null],
    ['-1', null],
    ['1.5', null],
    ['2026', 2_026_000],
  ])('%j asks for %j', (field, expected) => {
    expect(retryAfterOf(field, now)).toBe(expected);
  });
});
