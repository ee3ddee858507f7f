import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Histogram,
  type Meter,
  type Span,
  type Tracer,
  type UpDownCounter,
} from '@opentelemetry/api';

import { withWatcher, type AttemptWatcher } from '../../client/call/attempt-watcher.js';
import type { ClientRequest, Interceptor, RequestFunction } from '../../client/request.js';
import { describeValue, HTTPSessionError } from '../../errors/index.js';
import { MessageHeader } from '../../protocol/index.js';
import type { HTTPClientResponse, HTTPClientSession } from '../../session/index.js';
import { ATTRIBUTE, DURATION_BOUNDARIES, METRIC, defined, KnownMethods } from './attributes.js';
import {
  activeRequestAttributes,
  clientSpanAttributes,
  namedRequest,
  type NamedRequest,
} from './client-attributes.js';

/** Options of `ClientTelemetry.interceptor`. */
export interface TracedRequestOptions {
  /**
   * The path of a request with placeholders where paths vary: `/users/{id}`. It names the spans and splits the metrics.
   * Without it, spans are named by the method alone, as the number of paths is unbounded.
   */
  readonly template?: ((request: ClientRequest) => string | undefined) | undefined;
}

/** Spans and metrics of the requests of clients. Each starts when a request is made, and ends with its exchange. */
export class ClientRequests {
  readonly tracer: Tracer;
  readonly duration: Histogram;
  readonly active: UpDownCounter;
  readonly methods = new KnownMethods(process.env['OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS']);
  readonly #running = new Set<RunningRequest>();
  #isOver = false;

  constructor(tracer: Tracer, meter: Meter) {
    this.tracer = tracer;
    this.duration = meter.createHistogram(METRIC.clientRequestDuration, {
      description: 'Duration of HTTP client requests.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
    });
    this.active = meter.createUpDownCounter(METRIC.clientActiveRequests, {
      description: 'Number of active HTTP requests.',
      unit: '{request}',
    });
  }

  /** An interceptor that runs each request within a span. */
  interceptor({ template }: TracedRequestOptions): Interceptor {
    return (next) => (request) => {
      if (this.#isOver) return next(request);
      const running = new RunningRequest(this, namedRequest(request, template?.(request)));
      this.#running.add(running);
      return running.send(request, next);
    };
  }

  /** A request has ended; `false` if it had before. */
  ended(running: RunningRequest): boolean {
    return this.#running.delete(running);
  }

  /** Requests are sent without spans from now on. Active spans end here. */
  end(): void {
    this.#isOver = true;
    for (const running of this.#running) running.abandon();
  }
}

/** One attempt of a call, from the interceptor to the end of its exchange. */
class RunningRequest implements AttemptWatcher {
  readonly #requests: ClientRequests;
  readonly #span: Span;
  readonly #context: Context;
  readonly #active: Attributes;
  readonly #begunAt = performance.now();
  #response: HTTPClientResponse | null = null;
  /** The last attempt that a session has got, which reports when its exchange is over; 0 for none. */
  #attempt = 0;
  /** What ended the exchange of that attempt, before its response was seen here; `undefined` for nothing yet. */
  #endedWith: Error | null | undefined = undefined;

  constructor(requests: ClientRequests, named: NamedRequest) {
    const parent = context.active();
    const method = requests.methods.attribute(named.method);
    const name = method === '_OTHER' ? 'HTTP' : method;
    this.#requests = requests;
    this.#span = requests.tracer.startSpan(
      named.template === undefined ? name : `${name} ${named.template}`,
      { kind: SpanKind.CLIENT, attributes: clientSpanAttributes(named, requests.methods) },
      parent,
    );
    this.#context = trace.setSpan(parent, this.#span);
    this.#active = activeRequestAttributes(named, requests.methods);
    requests.active.add(1, this.#active);
  }

  /** Sends the request within the span. */
  async send(request: ClientRequest, next: RequestFunction): Promise<HTTPClientResponse> {
    try {
      const response = await context.with(this.#context, next, undefined, this.#traced(request));
      this.#answered(response);
      return response;
    } catch (error) {
      this.#end(error);
      throw error;
    }
  }

  /** The request with the fields of the propagator. What the pool calls later runs within the span, too. */
  #traced(request: ClientRequest): ClientRequest {
    const fields: Record<string, string> = {};
    propagation.inject(this.#context, fields);
    const { onInterim, onProgress, body } = request;
    return withWatcher(
      {
        ...request,
        ...(Object.keys(fields).length === 0 ? {} : { headers: withFields(request.headers, fields) }),
        ...(onInterim === undefined ? {} : { onInterim: context.bind(this.#context, onInterim) }),
        ...(onProgress === undefined ? {} : { onProgress: context.bind(this.#context, onProgress) }),
        ...(typeof body === 'function' ? { body: context.bind(this.#context, body) } : {}),
      },
      this,
    );
  }

  sent(session: HTTPClientSession, attempts: number): void {
    this.#attempt = attempts;
    this.#endedWith = undefined;
    const peer = session.serverAddress();
    this.#span.setAttributes(
      defined({
        [ATTRIBUTE.peerAddress]: peer?.address,
        [ATTRIBUTE.peerPort]: peer?.port,
        [ATTRIBUTE.resendCount]: attempts > 1 ? attempts - 1 : undefined,
      }),
    );
  }

  #answered(response: HTTPClientResponse): void {
    this.#response = response;
    // A response that an interceptor has made belongs to no exchange.
    if (this.#attempt === 0) this.#end(null);
    else if (this.#endedWith !== undefined) this.#end(this.#endedWith);
  }

  over(attempt: number, error: Error | null): void {
    if (attempt !== this.#attempt) return;
    if (this.#response === null) this.#endedWith = error;
    else this.#end(error);
  }

  /** The rest of it will not be reported. */
  abandon(): void {
    this.#finish();
  }

  #end(error: unknown): void {
    const span = this.#span;
    if (error !== null) span.recordException(error instanceof Error ? error : describeValue(error));
    const status = this.#response?.status;
    const errorType = errorTypeOf(error, status);
    const version = this.#response?.message.version.slice('HTTP/'.length);
    const outcome = defined({
      [ATTRIBUTE.status]: status,
      [ATTRIBUTE.errorType]: errorType,
      [ATTRIBUTE.protocolVersion]: version,
    });
    span.setAttributes(outcome);
    if (errorType !== undefined) {
      // The conventions omit the description where the status says it all.
      span.setStatus({
        code: SpanStatusCode.ERROR,
        ...(error instanceof Error ? { message: error.message } : {}),
      });
    }
    if (!this.#finish()) return;
    const seconds = (performance.now() - this.#begunAt) / 1_000;
    this.#requests.duration.record(seconds, { ...this.#active, ...outcome });
  }

  #finish(): boolean {
    if (!this.#requests.ended(this)) return false;
    this.#span.end();
    this.#requests.active.add(-1, this.#active);
    return true;
  }
}

/** To a client, a 4xx is an error as well. */
function errorTypeOf(error: unknown, status: number | undefined): string | undefined {
  if (error instanceof HTTPSessionError) return error.code;
  if (error !== null) return error instanceof Error ? error.name : '_OTHER';
  return status !== undefined && status >= 400 ? String(status) : undefined;
}

/** The fields of a request with those of a propagator, which replace fields of the same name. */
function withFields(headers: ClientRequest['headers'], fields: Record<string, string>): MessageHeader {
  const all = new MessageHeader(headers);
  for (const [name, value] of Object.entries(fields)) all.set(name, value);
  return all;
}
