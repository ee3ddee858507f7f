import { afterEach, describe, expect, it } from '@jest/globals';

import {
  HTTPClient,
  redirect,
  type ClientRequestInit,
  type RedirectOptions,
} from '../../../src/client/index.js';
import { ScriptedServer } from '../../support/client/next.js';
import { rejection } from '../../support/transport/promises.js';

const clients: HTTPClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

function following(options?: RedirectOptions): HTTPClient {
  const client = new HTTPClient();
  clients.push(client);
  return client.compose(redirect(options));
}

/** A server that redirects `/from` to a location, and answers everything else. */
function redirecting(status: number, location: string | readonly string[] | null): Promise<ScriptedServer> {
  return ScriptedServer.listen(({ path }, response) => {
    if (path !== '/from') {
      response.end('arrived');
      return;
    }
    response.statusCode = status;
    if (location !== null) response.setHeader('Location', location);
    response.end('a redirect');
  });
}

describe('the method after a redirect', () => {
  it.each<[number, string, string, boolean]>([
    [301, 'GET', 'GET', false],
    [301, 'POST', 'GET', false],
    [301, 'PUT', 'PUT', true],
    [302, 'POST', 'GET', false],
    [302, 'HEAD', 'HEAD', false],
    [303, 'POST', 'GET', false],
    [303, 'PUT', 'GET', false],
    [303, 'HEAD', 'HEAD', false],
    [307, 'POST', 'POST', true],
    [308, 'POST', 'POST', true],
    [308, 'PUT', 'PUT', true],
  ])('%i makes %s a %s (body kept: %s)', async (status, method, then, keepsBody) => {
    await using server = await redirecting(status, '/to');
    const hasBody = method !== 'GET' && method !== 'HEAD';
    const init: ClientRequestInit = {
      method,
      headers: { 'Content-Type': 'text/plain', 'Content-Language': 'en' },
      ...(hasBody ? { body: 'body' } : {}),
    };
    const response = await following().request(`${server.origin}/from`, init);
    expect(response.status).toBe(200);
    expect(server.seen[1]).toMatchObject({ method: then, path: '/to', body: keepsBody ? 'body' : '' });
    if (hasBody && !keepsBody) {
      expect(
        Object.keys(server.seen[1]?.headers ?? {}).filter((name) => name.startsWith('content-')),
      ).toEqual([]);
    }
  });

  it('a body that cannot be sent again is not: the caller gets the redirect', async () => {
    await using server = await redirecting(307, '/to');
    const response = await following().request(`${server.origin}/from`, { method: 'POST', body: ['once'] });
    expect(response.status).toBe(307);
    expect(server.seen).toHaveLength(1);
  });

  it('a body that is made for each attempt is sent again', async () => {
    await using server = await redirecting(308, '/to');
    const response = await following().request(`${server.origin}/from`, {
      method: 'POST',
      body: () => ['twice'],
    });
    expect(response.status).toBe(200);
    expect(server.seen.map(({ body }) => body)).toEqual(['twice', 'twice']);
  });
});

describe('where a redirect leads', () => {
  it.each<[string, string | readonly string[] | null]>([
    ['no Location', null],
    ['an empty Location', ''],
    ['a Location that is no URL', 'http://['],
    ['another scheme', 'ftp://example.org/'],
    ['a user name', 'http://user:secret@127.0.0.1/'],
    ['two Locations', ['/to', '/other']],
  ])('%s is not followed', async (_what, location) => {
    await using server = await redirecting(302, location);
    const response = await following().request(`${server.origin}/from`);
    expect(response.status).toBe(302);
    expect(await response.text()).toBe('a redirect');
    expect(server.seen).toHaveLength(1);
  });

  it('a relative Location, a query and a fragment are resolved', async () => {
    await using server = await redirecting(302, 'to?x=1');
    const response = await following().request(`${server.origin}/from#part`);
    expect(response.url?.href).toBe(`${server.origin}/to?x=1#part`);
    expect(response.redirects.map(({ href }) => href)).toEqual([`${server.origin}/from#part`]);
  });

  it('more redirects than allowed are an error', async () => {
    await using server = await redirecting(302, '/from');
    const error = await rejection(following({ maximum: 3 }).request(`${server.origin}/from`));
    expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_TOO_MANY_REDIRECTS' });
    expect(server.seen).toHaveLength(4);
  });
});

describe('credentials after a redirect', () => {
  const headers = {
    Authorization: 'Bearer secret',
    Cookie: 'id=1',
    'Proxy-Authorization': 'Basic x',
    'X-Key': 'key',
    'X-Other': 'kept',
  };

  it('another origin gets none of them', async () => {
    await using target = await ScriptedServer.listen((_request, response) => response.end('arrived'));
    await using server = await redirecting(302, `${target.origin}/to`);
    await following({ stripHeaders: ['X-Key'] }).request(`${server.origin}/from`, { headers });
    const got = target.seen[0]?.headers ?? {};
    expect(got).toMatchObject({ 'x-other': 'kept', host: new URL(target.origin).host });
    for (const name of ['authorization', 'cookie', 'proxy-authorization', 'x-key'])
      expect(got).not.toHaveProperty(name);
  });

  it('the same origin keeps them', async () => {
    await using server = await redirecting(302, '/to');
    await following().request(`${server.origin}/from`, { headers });
    expect(server.seen[1]?.headers).toMatchObject({ authorization: 'Bearer secret', 'x-key': 'key' });
  });
});

describe('the options of redirect()', () => {
  it.each([
    [{ maximum: -1 }, RangeError],
    [{ max: 1 }, TypeError],
    [{ allowDowngrade: 1 }, TypeError],
  ])('%j is refused', (options, kind) => {
    expect(() => redirect(options as never)).toThrow(kind);
  });
});
