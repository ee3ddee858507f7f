import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Histogram,
  type Meter,
  type Span,
  type Tracer,
  type UpDownCounter,
} from '@opentelemetry/api';

import type { ExchangeMessage } from '../../diagnostics.js';
import { describeValue } from '../../errors/index.js';
import type { HTTPServerRequest, RequestHandler } from '../../session/index.js';
import {
  ATTRIBUTE,
  DURATION_BOUNDARIES,
  METRIC,
  activeAttributes,
  durationAttributes,
  KnownMethods,
  spanAttributes,
} from './attributes.js';

/** Options of `ServerTelemetry.traced`. */
export interface TracedHandlerOptions {
  /**
   * The route of a request, with placeholders where paths vary: `/users/:id`. It names the spans and splits the metrics.
   * Without it, spans are named by the method alone, as the number of paths is unbounded.
   */
  readonly route?: ((request: HTTPServerRequest) => string | undefined) | undefined;
}

interface RunningRequest {
  readonly request: HTTPServerRequest;
  readonly route: string | undefined;
  readonly span: Span;
  readonly begunAt: number;
}

/** Spans and metrics of requests. Each starts when its handler is called, and ends with its exchange. */
export class RequestTraces {
  readonly #tracer: Tracer;
  readonly #duration: Histogram;
  readonly #active: UpDownCounter;
  readonly #methods = new KnownMethods(process.env['OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS']);
  /** The active requests, by session and number. */
  readonly #running = new Map<string, RunningRequest>();
  #isOver = false;

  constructor(tracer: Tracer, meter: Meter) {
    this.#tracer = tracer;
    this.#duration = meter.createHistogram(METRIC.requestDuration, {
      description: 'Duration of HTTP server requests.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
    });
    this.#active = meter.createUpDownCounter(METRIC.activeRequests, {
      description: 'Number of active HTTP server requests.',
      unit: '{request}',
    });
  }

  /** Returns a handler that runs each request within a span. */
  wrap(handler: RequestHandler, { route }: TracedHandlerOptions): RequestHandler {
    return (request, response) => {
      if (this.#isOver) return handler(request, response);
      const parent = propagation.extract(context.active(), request.headers);
      const span = this.#begin(request, route?.(request), parent);
      return context.with(trace.setSpan(parent, span), () =>
        recordFailure(span, () => handler(request, response)),
      );
    };
  }

  #begin(request: HTTPServerRequest, route: string | undefined, parent: Context): Span {
    const method = this.#methods.attribute(request.method);
    const name = method === '_OTHER' ? 'HTTP' : method;
    const span = this.#tracer.startSpan(
      route === undefined ? name : `${name} ${route}`,
      { kind: SpanKind.SERVER, attributes: spanAttributes(request, route, this.#methods) },
      parent,
    );
    this.#active.add(1, activeAttributes(request, this.#methods));
    const running = { request, route, span, begunAt: performance.now() };
    this.#running.set(keyOf(request.sessionId, request.number), running);
    return span;
  }

  /** An exchange has ended. */
  ended(message: ExchangeMessage): void {
    const key = keyOf(message.sessionId, message.number);
    const running = this.#running.get(key);
    if (running === undefined) return;
    this.#running.delete(key);
    const { request, route, span, begunAt } = running;
    const errorType = errorTypeOf(message);
    if (message.status !== undefined) span.setAttribute(ATTRIBUTE.status, message.status);
    if (errorType !== undefined) {
      span.setAttribute(ATTRIBUTE.errorType, errorType);
      // The conventions omit the description where the status says it all.
      span.setStatus({
        code: SpanStatusCode.ERROR,
        ...(message.error === null ? {} : { message: message.error.message }),
      });
    }
    if (message.error !== null) span.recordException(message.error);
    this.#finish(running);
    const seconds = (performance.now() - begunAt) / 1_000;
    this.#duration.record(
      seconds,
      durationAttributes(request, route, message.status, errorType, this.#methods),
    );
  }

  #finish({ request, span }: RunningRequest): void {
    span.end();
    this.#active.add(-1, activeAttributes(request, this.#methods));
  }

  /** Handlers run without spans from now on. Active spans end here, as their ends will not be reported any more. */
  end(): void {
    this.#isOver = true;
    for (const running of this.#running.values()) this.#finish(running);
    this.#running.clear();
  }
}

/** Runs a handler, and records on its span what it throws or rejects with; the caller gets that as well. */
function recordFailure(span: Span, run: () => void | Promise<void>): void | Promise<void> {
  const record = (error: unknown): never => {
    span.recordException(error instanceof Error ? error : describeValue(error));
    throw error;
  };
  try {
    return run()?.then(undefined, record);
  } catch (error) {
    return record(error);
  }
}

function keyOf(sessionId: number, number: number): string {
  return `${String(sessionId)}/${String(number)}`;
}

/** An error is what the server or the connection is to blame for: 4xx is up to the client. */
function errorTypeOf({ outcome, error, status }: ExchangeMessage): string | undefined {
  if (outcome === 'failed') return error?.code ?? '_OTHER';
  return status !== undefined && status >= 500 ? String(status) : undefined;
}
