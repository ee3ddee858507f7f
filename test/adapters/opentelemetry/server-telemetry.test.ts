import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ServerTelemetry } from '../../../src/adapters/opentelemetry/index.js';
import { exchanges, FAULT_CHANNEL, transitions } from '../../../src/diagnostics.js';
import type { HTTPServerResponse, RequestHandler } from '../../../src/session/index.js';
import { get, Served } from '../../support/http/served.js';
import { Exported, type MeasuredPoint } from '../../support/telemetry/exported.js';

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});

afterAll(() => {
  context.disable();
  propagation.disable();
});

/** One connection of a traced server, with everything that is exported. */
class Traced {
  readonly #exported = new Exported();
  readonly spans = this.#exported.spans;
  readonly tracerProvider = this.#exported.tracerProvider;
  readonly telemetry = new ServerTelemetry(this.#exported.providers);
  readonly served: Served;

  constructor(handler: RequestHandler, route?: string) {
    this.served = new Served(this.telemetry.traced(handler, { route: () => route }));
    this.telemetry.observe(this.served.server);
  }

  measured(): Promise<Record<string, MeasuredPoint[]>> {
    return this.#exported.measured();
  }

  async end(): Promise<void> {
    this.telemetry.end();
    await this.#exported.end();
  }
}

describe('a span', () => {
  it('a span describes request and response by the semantic conventions', async () => {
    const traced = new Traced((_request, response) => response.end('hello'), '/things/:id');
    await traced.served.send(
      get('/things/1?a=b', 'User-Agent: test\r\n').replace('Host: test', 'Host: here:81'),
    );
    const [span] = traced.spans.getFinishedSpans();
    expect(span).toMatchObject({
      name: 'GET /things/:id',
      kind: 1,
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/things/:id',
        'http.response.status_code': 200,
        'url.path': '/things/1',
        'url.query': 'a=b',
        'url.scheme': 'http',
        'network.protocol.version': '1.1',
        'server.address': 'here',
        'server.port': 81,
        'user_agent.original': 'test',
      },
    });
    await traced.end();
  });

  it('a span is the parent of the spans of the handler, and the child of that of the client', async () => {
    const traced = new Traced(async (request, response) => {
      await request.bytes();
      traced.tracerProvider.getTracer('test').startSpan('inside').end();
      response.end();
    });
    const parent = '0af7651916cd43dd8448eb211c80319c';
    await traced.served.send(get('/', `traceparent: 00-${parent}-b7ad6b7169203331-01\r\n`));
    const [inside, span] = traced.spans.getFinishedSpans();
    expect(span?.spanContext().traceId).toBe(parent);
    expect(span?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(inside?.parentSpanContext?.spanId).toBe(span?.spanContext().spanId);
    expect(trace.getActiveSpan()).toBeUndefined();
    await traced.end();
  });

  it('a span of an unknown method is named HTTP', async () => {
    const traced = new Traced((_request, response) => response.end());
    await traced.served.send(get().replace('GET', 'BREW'));
    expect(traced.spans.getFinishedSpans()[0]).toMatchObject({
      name: 'HTTP',
      attributes: { 'http.request.method': '_OTHER', 'http.request.method_original': 'BREW' },
    });
    await traced.end();
  });

  it('a span redacts the signature of a signed URL and keeps the rest of its query', async () => {
    const traced = new Traced((_request, response) => response.end());
    await traced.served.send(
      get('/?sig=abc&design=d&Signature=e%3D&AWSAccessKeyId=f&X-Goog-Signature=g&x=sig'),
    );
    expect(traced.spans.getFinishedSpans()[0]?.attributes['url.query']).toBe(
      'sig=REDACTED&design=d&Signature=REDACTED&AWSAccessKeyId=REDACTED&X-Goog-Signature=REDACTED&x=sig',
    );
    await traced.end();
  });

  it('a span redacts every query parameter that the conventions name, in any spelling', async () => {
    const traced = new Traced((_request, response) => response.end());
    await traced.served.send(
      get('/?X-Amz-Signature=a&X-Amz-Credential=b&x-amz-security-token=c&X-Amz-Date=d&s%69g=e&%zz=f&Sig=g'),
    );
    expect(traced.spans.getFinishedSpans()[0]?.attributes['url.query']).toBe(
      'X-Amz-Signature=REDACTED&X-Amz-Credential=REDACTED&x-amz-security-token=REDACTED&X-Amz-Date=d&s%69g=REDACTED&%zz=f&Sig=REDACTED',
    );
    await traced.end();
  });

  it('a span knows the method QUERY, and those of OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS alone', async () => {
    const name = 'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS';
    const methods: unknown[] = [];
    for (const list of [undefined, 'GET, BREW']) {
      if (list !== undefined) process.env[name] = list;
      const traced = new Traced((_request, response) => response.end());
      Reflect.deleteProperty(process.env, name);
      for (const method of ['QUERY', 'BREW']) await traced.served.send(get().replace('GET', method));
      methods.push(
        traced.spans.getFinishedSpans().map(({ attributes }) => attributes['http.request.method']),
      );
      await traced.end();
    }
    expect(methods).toEqual([
      ['QUERY', '_OTHER'],
      ['_OTHER', 'BREW'],
    ]);
  });

  it('a span has the version of the package and the schema of its attributes in its scope', async () => {
    const traced = new Traced((_request, response) => response.end());
    await traced.served.send(get());
    const { version } = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    expect(traced.spans.getFinishedSpans()[0]?.instrumentationScope).toEqual({
      name: 'http-session-machine',
      version,
      schemaUrl: expect.stringMatching(/^https:\/\/opentelemetry\.io\/schemas\/1\.\d+\.0$/),
    });
    await traced.end();
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('mine');
      },
    ],
    ['rejects', () => Promise.reject(new Error('mine'))],
  ] satisfies [string, RequestHandler][])(
    'a span shows the error when its handler %s',
    async (_kind, handler) => {
      const traced = new Traced(handler);
      const faults: unknown[] = [];
      const hear = (message: unknown): void => void faults.push(message);
      subscribe(FAULT_CHANNEL, hear);
      await traced.served.send(get());
      unsubscribe(FAULT_CHANNEL, hear);
      expect(traced.spans.getFinishedSpans()).toMatchObject([
        {
          status: { code: SpanStatusCode.ERROR },
          attributes: { 'http.response.status_code': 500 },
          events: [{ name: 'exception', attributes: { 'exception.message': 'mine' } }],
        },
      ]);
      expect(faults).toHaveLength(1);
      await traced.end();
    },
  );

  it('ServerTelemetry refuses wrong arguments with a TypeError that says which', () => {
    expect(() => new ServerTelemetry({ tracer: null } as never)).toThrow(
      /unknown option of new ServerTelemetry/,
    );
    const telemetry = new ServerTelemetry();
    expect(() => telemetry.observe('x' as never)).toThrow(/^observe\(\): .* \(got "x"\)/);
    expect(() => telemetry.traced('x' as never)).toThrow(/^traced\(\): .* \(got "x"\)/);
    expect(() => telemetry.traced(() => undefined, { rout: null } as never)).toThrow(/did you mean "route"/);
    telemetry.end();
  });

  it('a span ends with the connection error if the connection was lost', async () => {
    const traced = new Traced(() => undefined);
    await traced.served.send(get());
    expect(traced.spans.getFinishedSpans()).toHaveLength(0);
    await traced.served.reset();
    const [span] = traced.spans.getFinishedSpans();
    expect(span).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'ERR_HTTP_SESSION_RESET' },
      events: [{ name: 'exception' }],
    });
    expect(span?.attributes).not.toHaveProperty('http.response.status_code');
    await traced.end();
  });

  it.each([
    [404, SpanStatusCode.UNSET, undefined],
    [503, SpanStatusCode.ERROR, '503'],
  ])('a span gives the status %i its meaning for a server', async (status, code, errorType) => {
    const traced = new Traced((_request, response) => {
      response.status = status;
      response.end();
    });
    await traced.served.send(get());
    const [span] = traced.spans.getFinishedSpans();
    expect(span?.status.code).toBe(code);
    expect(span?.attributes['error.type']).toBe(errorType);
    await traced.end();
  });
});

describe('the metrics', () => {
  it('the request metrics are those of the semantic conventions', async () => {
    const traced = new Traced((request, response) => {
      if (request.path === '/held') return;
      response.end();
    });
    await traced.served.send(get('/') + get('/held'));
    const measured = await traced.measured();
    expect(measured['http.server.request.duration']).toEqual([
      {
        attributes: {
          'http.request.method': 'GET',
          'http.response.status_code': 200,
          'url.scheme': 'http',
          'network.protocol.version': '1.1',
        },
        value: expect.objectContaining({ count: 1 }),
      },
    ]);
    expect(measured['http.server.active_requests']).toEqual([
      { attributes: { 'http.request.method': 'GET', 'url.scheme': 'http' }, value: 1 },
    ]);
    await traced.end();
  });

  it('the connection metrics count the states, and the time spent in each', async () => {
    const traced = new Traced((_request, response) => response.end());
    await traced.served.send(get());
    await traced.served.pass(2_000);
    expect(await traced.measured()).toMatchObject({
      'http_session.connections': [{ attributes: { 'http_session.state': 'connected.open' }, value: 1 }],
      'http_session.connections.accepted': [{ value: 1 }],
      'http_session.connections.refused': [{ value: 0 }],
      'http_session.output.queued': [{ value: 0 }],
    });
    await traced.served.fin();
    const measured = await traced.measured();
    expect(measured['http_session.state.duration']).toContainEqual({
      attributes: { 'http_session.state': 'connected.open' },
      value: expect.objectContaining({ sum: 2 }),
    });
    expect(measured['http_session.connections']).toMatchObject([{ value: 0 }]);
    await traced.end();
  });
});

describe('the end of the telemetry', () => {
  it('closing the telemetry removes all subscriptions and measurements', async () => {
    const traced = new Traced((_request, response) => response.end());
    expect([exchanges.hasSubscribers, transitions.hasSubscribers]).toEqual([true, true]);
    traced.telemetry.end();
    expect([exchanges.hasSubscribers, transitions.hasSubscribers]).toEqual([false, false]);
    await traced.served.send(get());
    expect(traced.spans.getFinishedSpans()).toEqual([]);
    expect(await traced.measured()).not.toHaveProperty('http_session.connections.accepted');
    await traced.end();
  });

  it('closing the telemetry ends spans in progress, and ignores later requests', async () => {
    const responses: HTTPServerResponse[] = [];
    const traced = new Traced((_request, response) => {
      responses.push(response);
      traced.tracerProvider.getTracer('test').startSpan('inside').end();
    });
    await traced.served.send(get('/in-progress'));
    traced.telemetry.end();
    expect(traced.spans.getFinishedSpans().map(({ name }) => name)).toEqual(['inside', 'GET']);
    expect((await traced.measured())['http.server.active_requests']).toMatchObject([{ value: 0 }]);
    responses[0]?.end();
    await traced.served.send(get('/later'));
    responses[1]?.end();
    const [, , later] = traced.spans.getFinishedSpans();
    // Without a span of ours around it, it is a root.
    expect(later).toMatchObject({ name: 'inside' });
    expect(later?.parentSpanContext).toBeUndefined();
    expect(traced.spans.getFinishedSpans()).toHaveLength(3);
    await traced.end();
  });
});
