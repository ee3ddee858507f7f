import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ClientTelemetry, type TracedRequestOptions } from '../../../src/adapters/opentelemetry/index.js';
import { watcherOf, type AttemptWatcher } from '../../../src/client/call/attempt-watcher.js';
import { pools } from '../../../src/client/diagnostics.js';
import { HTTPClient, retry } from '../../../src/client/index.js';
import type { ClientRequest, RequestFunction } from '../../../src/client/request.js';
import { NetworkError } from '../../../src/errors/index.js';
import { MessageHeader } from '../../../src/protocol/index.js';
import { HTTPServer } from '../../../src/server/index.js';
import type { HTTPClientResponse, HTTPClientSession } from '../../../src/session/index.js';
import { Exported } from '../../support/telemetry/exported.js';

let exported: Exported;
let telemetry: ClientTelemetry;

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});

beforeEach(() => {
  exported = new Exported();
  telemetry = new ClientTelemetry(exported.providers);
});

afterEach(async () => {
  telemetry.end();
  await exported.end();
});

afterAll(() => {
  context.disable();
  propagation.disable();
});

function request(url: string, init: Omit<ClientRequest, 'url'> = {}): ClientRequest {
  return { ...init, url: new URL(url) };
}

function answer(status: number): HTTPClientResponse {
  return { status, message: { version: 'HTTP/1.1' } } as HTTPClientResponse;
}

const session = {
  serverAddress: () => ({ address: '192.0.2.1', port: 8_443, family: 'IPv4' }),
} as HTTPClientSession;

/** Sends a request through the interceptor of the telemetry. */
function send(
  next: RequestFunction,
  sent: ClientRequest,
  options?: TracedRequestOptions,
): Promise<HTTPClientResponse> {
  return telemetry.interceptor(options)(next)(sent);
}

/** What a pool does: sends the request on a session, and keeps what is to be notified of its end. */
function pooled(status: number, watchers: AttemptWatcher[]): RequestFunction {
  return (it) => {
    const watcher = watcherOf(it) as AttemptWatcher;
    watcher.sent(session, watchers.push(watcher));
    return Promise.resolve(answer(status));
  };
}

describe('the span of a request', () => {
  it('describes request and response by the semantic conventions', async () => {
    const watchers: AttemptWatcher[] = [];
    await send(pooled(200, watchers), request('https://api.example:8443/things/1?a=b'), {
      template: () => '/things/{id}',
    });
    expect(exported.spans.getFinishedSpans()).toHaveLength(0);
    watchers[0]?.over(1, null);
    expect(exported.spans.getFinishedSpans()).toMatchObject([
      {
        name: 'GET /things/{id}',
        kind: 2,
        status: { code: SpanStatusCode.UNSET },
        attributes: {
          'http.request.method': 'GET',
          'http.response.status_code': 200,
          'network.peer.address': '192.0.2.1',
          'network.peer.port': 8_443,
          'network.protocol.name': 'http',
          'network.protocol.version': '1.1',
          'server.address': 'api.example',
          'server.port': 8_443,
          'url.full': 'https://api.example:8443/things/1?a=b',
          'url.template': '/things/{id}',
        },
      },
    ]);
  });

  it.each([
    ['http://here/', 'here', 80],
    ['https://here/', 'here', 443],
    ['http://[::1]:8080/', '::1', 8_080],
  ])('the server of %s is %s, port %d', async (url, address, port) => {
    await send(() => Promise.resolve(answer(204)), request(url));
    expect(exported.spans.getFinishedSpans()[0]?.attributes).toMatchObject({
      'server.address': address,
      'server.port': port,
    });
  });

  it('contains no credentials, and no secrets of the query', async () => {
    await send(
      () => Promise.resolve(answer(204)),
      request('https://me:secret@here/a?sig=secret&b=1&X-Amz-Signature=secret#part', {
        headers: { Authorization: 'Bearer secret' },
      }),
    );
    const [span] = exported.spans.getFinishedSpans();
    expect(span?.attributes['url.full']).toBe(
      'https://REDACTED:REDACTED@here/a?sig=REDACTED&b=1&X-Amz-Signature=REDACTED#part',
    );
    expect(JSON.stringify(span?.attributes)).not.toContain('secret');
    expect(JSON.stringify(await exported.measured())).not.toContain('secret');
  });

  it('is named HTTP for an unknown method', async () => {
    await send(() => Promise.resolve(answer(204)), request('http://here/', { method: 'BREW' }));
    expect(exported.spans.getFinishedSpans()[0]).toMatchObject({
      name: 'HTTP',
      attributes: { 'http.request.method': '_OTHER', 'http.request.method_original': 'BREW' },
    });
  });

  it.each([404, 500])('is an error with status %d, without a description', async (status) => {
    await send(() => Promise.resolve(answer(status)), request('http://here/'));
    expect(exported.spans.getFinishedSpans()[0]).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': String(status) },
    });
    expect(exported.spans.getFinishedSpans()[0]?.status.message).toBeUndefined();
  });

  it('has the code of the error that the caller gets, and records it', async () => {
    const error = new NetworkError('the connection was refused');
    await expect(send(() => Promise.reject(error), request('http://here/'))).rejects.toBe(error);
    expect(exported.spans.getFinishedSpans()[0]).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: error.message },
      attributes: { 'error.type': error.code },
      events: [{ name: 'exception' }],
    });
  });

  it('ends when an interceptor behind it throws, and names what was thrown', async () => {
    const failing = (): never => {
      throw new RangeError('no');
    };
    await expect(send(failing, request('http://here/'))).rejects.toThrow('no');
    expect(exported.spans.getFinishedSpans()[0]?.attributes['error.type']).toBe('RangeError');
  });

  it('ends with the error that has cut the body off', async () => {
    const watchers: AttemptWatcher[] = [];
    await send(pooled(200, watchers), request('http://here/'));
    watchers[0]?.over(1, new NetworkError('the connection was reset'));
    expect(exported.spans.getFinishedSpans()[0]?.attributes).toMatchObject({
      'http.response.status_code': 200,
      'error.type': 'ERR_HTTP_SESSION_NETWORK',
    });
  });

  it('ends once for an exchange that is over before the response is handed out', async () => {
    await send((it) => {
      const watcher = watcherOf(it);
      watcher?.sent(session, 1);
      watcher?.over(1, null);
      return Promise.resolve(answer(204));
    }, request('http://here/'));
    expect(exported.spans.getFinishedSpans()).toHaveLength(1);
    expect((await exported.measured())['http.client.request.duration']?.[0]?.value).toMatchObject({
      count: 1,
    });
  });

  it('counts how often a request was sent again, and ends with the last exchange alone', async () => {
    await send((it) => {
      const watcher = watcherOf(it);
      watcher?.sent(session, 1);
      watcher?.sent(session, 2);
      watcher?.over(1, new NetworkError('the connection was reset'));
      return Promise.resolve(answer(200));
    }, request('http://here/'));
    expect(exported.spans.getFinishedSpans()).toHaveLength(0);
    telemetry.end();
    expect(exported.spans.getFinishedSpans()[0]?.attributes['http.request.resend_count']).toBe(1);
  });

  it('has no count for a request that was sent once', async () => {
    const watchers: AttemptWatcher[] = [];
    await send(pooled(200, watchers), request('http://here/'));
    watchers[0]?.over(1, null);
    expect(exported.spans.getFinishedSpans()[0]?.attributes).not.toHaveProperty('http.request.resend_count');
  });
});

describe('the trace context', () => {
  it('goes along with the request, beside its own fields, and leaves those of the caller alone', async () => {
    const headers = { Accept: 'text/plain', traceparent: 'mine' };
    let fields = new MessageHeader();
    await send(
      (it) => {
        fields = new MessageHeader(it.headers);
        return Promise.resolve(answer(200));
      },
      request('http://here/', { headers }),
    );
    const { traceId, spanId } = exported.spans.getFinishedSpans()[0]?.spanContext() ?? {};
    expect(fields.getAll('traceparent')).toEqual([`00-${String(traceId)}-${String(spanId)}-01`]);
    expect(fields.get('Accept')).toBe('text/plain');
    expect(headers).toEqual({ Accept: 'text/plain', traceparent: 'mine' });
  });

  it('is a child of the active span', async () => {
    const parent = exported.tracerProvider.getTracer('test').startSpan('outside');
    await context.with(trace.setSpan(context.active(), parent), () =>
      send(() => Promise.resolve(answer(200)), request('http://here/')),
    );
    expect(exported.spans.getFinishedSpans()[0]?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
  });

  it('holds for what the pool calls after a wait, from the context of another request', async () => {
    const active: (string | undefined)[] = [];
    const note = (): void => {
      active.push(trace.getActiveSpan()?.spanContext().spanId);
    };
    let queued: ClientRequest | undefined;
    const promise = send(
      (it) => {
        queued = it;
        return Promise.resolve(answer(200));
      },
      request('http://here/', {
        method: 'POST',
        body: () => {
          note();
          return [];
        },
        onInterim: note,
        onProgress: note,
      }),
    );
    context.with(context.active(), () => {
      (queued?.body as () => unknown)();
      queued?.onInterim?.({} as never);
      queued?.onProgress?.({ sent: 0, received: 0 });
    });
    await promise;
    const own = exported.spans.getFinishedSpans()[0]?.spanContext().spanId;
    expect(active).toEqual([own, own, own]);
    expect(trace.getActiveSpan()).toBeUndefined();
  });
});

describe('the metrics of requests', () => {
  it('an active request counts until its exchange is over', async () => {
    const watchers: AttemptWatcher[] = [];
    const attributes = {
      'http.request.method': 'GET',
      'server.address': 'here',
      'server.port': 80,
      'url.scheme': 'http',
    };
    await send(pooled(200, watchers), request('http://here/'));
    const before = await exported.measured();
    expect(before['http.client.active_requests']).toEqual([{ attributes, value: 1 }]);
    watchers[0]?.over(1, null);
    const after = await exported.measured();
    expect(after['http.client.active_requests']).toEqual([{ attributes, value: 0 }]);
    expect(after['http.client.request.duration']).toMatchObject([
      {
        attributes: { ...attributes, 'http.response.status_code': 200, 'network.protocol.version': '1.1' },
        value: { count: 1 },
      },
    ]);
  });

  it('an ended telemetry sends requests as they are, and has ended the spans that were active', async () => {
    const watchers: AttemptWatcher[] = [];
    await send(pooled(200, watchers), request('http://here/'));
    telemetry.end();
    expect(exported.spans.getFinishedSpans()).toHaveLength(1);
    watchers[0]?.over(1, null);
    const plain = request('http://here/');
    const seen: ClientRequest[] = [];
    await send((it) => {
      seen.push(it);
      return Promise.resolve(answer(200));
    }, plain);
    expect(seen).toEqual([plain]);
    expect(exported.spans.getFinishedSpans()).toHaveLength(1);
    expect((await exported.measured())['http.client.active_requests']?.[0]?.value).toBe(0);
  });
});

describe('the metrics of connections', () => {
  const busyPool = {
    origin: 'https://api.example',
    idle: 3,
    reserved: 1,
    busy: 2,
    unread: 1,
    retiring: 1,
    waiting: 7,
    oldestWait: 250,
  };
  const server = { 'server.address': 'api.example', 'server.port': 443, 'url.scheme': 'https' };

  it('open connections count as idle or active, over all pools of an origin', async () => {
    telemetry.observe({ stats: { pools: [busyPool, { ...busyPool, idle: 1, waiting: 0, oldestWait: 0 }] } });
    const measured = await exported.measured();
    expect(measured['http.client.open_connections']).toEqual([
      { attributes: { ...server, 'http.connection.state': 'idle' }, value: 4 },
      { attributes: { ...server, 'http.connection.state': 'active' }, value: 10 },
    ]);
    expect(measured['http_session.pool.waiting']).toEqual([{ attributes: server, value: 7 }]);
    expect(measured['http_session.pool.oldest_wait']).toEqual([{ attributes: server, value: 0.25 }]);
  });

  it('a pool that is gone is reported as 0', async () => {
    const client = { stats: { pools: [busyPool] } };
    telemetry.observe(client);
    await exported.measured();
    client.stats.pools = [];
    const { 'http.client.open_connections': open } = await exported.measured();
    expect(open?.map(({ value }) => value)).toEqual([0, 0]);
  });

  it('the duration of a connection is measured when it closes, with what closed it', async () => {
    const message = { origin: 'https://api.example', placeId: 1, sessionId: 1, at: 0, requests: 3 };
    pools.publish({ ...message, kind: 'opened', duration: undefined, closedBy: undefined });
    pools.publish({ ...message, kind: 'refused', duration: undefined, closedBy: 'failed' });
    pools.publish({ ...message, kind: 'closed', duration: 5_000, closedBy: 'idle' });
    const measured = await exported.measured();
    expect(measured['http.client.connection.duration']).toMatchObject([
      { attributes: { ...server, 'http_session.closed_by': 'idle' }, value: { count: 1, sum: 5 } },
    ]);
  });

  it('is not subscribed any more once it has ended', () => {
    const before = pools.hasSubscribers;
    telemetry.end();
    expect([before, pools.hasSubscribers]).toEqual([true, false]);
  });
});

describe('wrong arguments', () => {
  it.each<[string, () => unknown]>([
    ['new ClientTelemetry() with an unknown option', () => new ClientTelemetry({ tracer: 1 } as object)],
    ['interceptor() with an unknown option', () => telemetry.interceptor({ route: () => '' } as object)],
    ['observe() of an object without stats', () => telemetry.observe({} as never)],
    ['observe() of nothing', () => telemetry.observe(undefined as never)],
  ])('%s throws a TypeError', (_what, wrong) => {
    expect(wrong).toThrow(TypeError);
  });
});

describe('over a real client', () => {
  it('a request over a pool has one trace with its server, and its span ends when its body was read', async () => {
    const traceparents: (string | undefined)[] = [];
    const server = new HTTPServer((it, response) => {
      traceparents.push(it.get('traceparent'));
      response.end(it.path === '/missing' ? '' : 'hello');
    });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const client = new HTTPClient();
    telemetry.observe(client);
    const traced = client.compose(telemetry.interceptor());
    const response = await traced.request(`http://127.0.0.1:${String(port)}/orders?sig=secret`);
    expect(await response.text()).toBe('hello');
    await (await traced.request(`http://127.0.0.1:${String(port)}/`)).text();
    const [first, second] = exported.spans.getFinishedSpans();
    expect(exported.spans.getFinishedSpans()).toHaveLength(2);
    expect(first?.attributes).toMatchObject({
      'http.response.status_code': 200,
      'network.peer.address': '127.0.0.1',
      'network.peer.port': port,
      'url.full': `http://127.0.0.1:${String(port)}/orders?sig=REDACTED`,
    });
    expect(traceparents).toEqual(
      [first, second].map((span) => {
        const { traceId, spanId } = span?.spanContext() ?? {};
        return `00-${String(traceId)}-${String(spanId)}-01`;
      }),
    );
    const { 'http.client.open_connections': open } = await exported.measured();
    expect(open?.map(({ value }) => value)).toEqual([1, 0]);
    await client.drain();
    const { 'http.client.connection.duration': duration } = await exported.measured();
    expect(duration).toMatchObject([
      { attributes: { 'server.port': port, 'http_session.closed_by': 'drain' }, value: { count: 1 } },
    ]);
    await server.stop();
  });

  it('a retry has a span of its own, with its count', async () => {
    let asked = 0;
    const server = new HTTPServer((_it, response) => {
      response.status = ++asked === 1 ? 503 : 200;
      response.end('hello');
    });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const client = new HTTPClient();
    const traced = client.compose(retry({ delay: () => 0 }), telemetry.interceptor());
    await (await traced.request(`http://127.0.0.1:${String(port)}/`)).text();
    const spans = exported.spans.getFinishedSpans().map(({ attributes }) => attributes);
    expect(spans.map((it) => it['http.response.status_code'])).toEqual([503, 200]);
    expect(spans.map((it) => it['http.request.resend_count'])).toEqual([undefined, 1]);
    await client.drain();
    await server.stop();
  });
});
