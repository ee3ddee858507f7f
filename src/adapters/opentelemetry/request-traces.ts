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
import type { HTTPServerRequest, RequestHandler } from '../../session/index.js';
import {
  ATTRIBUTE,
  DURATION_BOUNDARIES,
  METRIC,
  activeAttributes,
  durationAttributes,
  methodAttribute,
  spanAttributes,
} from './attributes.js';

/** How the requests of a handler are told apart. */
export interface TracedHandlerOptions {
  /**
   * The route of a request, with placeholders where paths vary: `/users/:id`. It names the spans and splits the metrics; without
   * it, spans are named by the method alone, because paths are without number.
   */
  readonly route?: ((request: HTTPServerRequest) => string | undefined) | undefined;
}

interface RunningRequest {
  readonly request: HTTPServerRequest;
  readonly route: string | undefined;
  readonly span: Span;
  readonly begunAt: number;
}

/** Spans and metrics of requests: each begins when its handler is called, and ends with its exchange. */
export class RequestTraces {
  readonly #tracer: Tracer;
  readonly #duration: Histogram;
  readonly #active: UpDownCounter;
  /** By session and number of the request: what is in progress. */
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

  /** The handler, each of its requests within a span. */
  wrap(handler: RequestHandler, { route }: TracedHandlerOptions): RequestHandler {
    return (request, response) => {
      if (this.#isOver) return handler(request, response);
      const parent = propagation.extract(context.active(), request.headers);
      const span = this.#begin(request, route?.(request), parent);
      return context.with(trace.setSpan(parent, span), () => handler(request, response));
    };
  }

  #begin(request: HTTPServerRequest, route: string | undefined, parent: Context): Span {
    const method = methodAttribute(request.method);
    const name = method === '_OTHER' ? 'HTTP' : method;
    const span = this.#tracer.startSpan(
      route === undefined ? name : `${name} ${route}`,
      { kind: SpanKind.SERVER, attributes: spanAttributes(request, route) },
      parent,
    );
    this.#active.add(1, activeAttributes(request));
    const running = { request, route, span, begunAt: performance.now() };
    this.#running.set(keyOf(request.sessionId, request.number), running);
    return span;
  }

  /** An exchange has come to its end. */
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
      // The conventions leave the description out where the status says it all.
      span.setStatus({
        code: SpanStatusCode.ERROR,
        ...(message.error === null ? {} : { message: message.error.message }),
      });
    }
    if (message.error !== null) span.recordException(message.error);
    this.#finish(running);
    const seconds = (performance.now() - begunAt) / 1_000;
    this.#duration.record(seconds, durationAttributes(request, route, message.status, errorType));
  }

  #finish({ request, span }: RunningRequest): void {
    span.end();
    this.#active.add(-1, activeAttributes(request));
  }

  /** From now on handlers run without spans; those in progress end here, as nobody will hear of the end of theirs. */
  end(): void {
    this.#isOver = true;
    for (const running of this.#running.values()) this.#finish(running);
    this.#running.clear();
  }
}

function keyOf(sessionId: number, number: number): string {
  return `${String(sessionId)}/${String(number)}`;
}

/** Of a server only what is its own fault, or the connection's, is an error: 4xx is the client's. */
function errorTypeOf({ outcome, error, status }: ExchangeMessage): string | undefined {
  if (outcome === 'failed') return error?.code ?? '_OTHER';
  return status !== undefined && status >= 500 ? String(status) : undefined;
}
