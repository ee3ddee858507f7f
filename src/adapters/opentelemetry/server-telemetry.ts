import {
  metrics,
  trace,
  type BatchObservableResult,
  type Histogram,
  type Meter,
  type MeterProvider,
  type Observable,
  type TracerProvider,
} from '@opentelemetry/api';

import { exchanges, transitions, type ExchangeMessage, type TransitionMessage } from '../../diagnostics.js';
import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import type { ConnectionCounts } from '../../server/index.js';
import type { RequestHandler, SessionState } from '../../session/index.js';
import {
  INSTRUMENTATION,
  INSTRUMENTATION_VERSION,
  METRIC,
  SCHEMA_URL,
  STATE_BOUNDARIES,
} from './attributes.js';
import { RequestTraces, type TracedHandlerOptions } from './request-traces.js';

const TELEMETRY_OPTIONS = new KnownNames('option of new ServerTelemetry()', [
  'tracerProvider',
  'meterProvider',
]);
const TRACED_OPTIONS = new KnownNames('option of traced()', ['route']);

/** Options of `ServerTelemetry`. */
export interface TelemetryOptions {
  /** Where spans go. @defaultValue the global one */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Where metrics go. @defaultValue the global one */
  readonly meterProvider?: MeterProvider | undefined;
}

/** A server to observe: an `HTTPServer`, or the `Supervisor` of a server of node:http. */
export interface ObservedServer {
  /** The connections by state and by activity. */
  counts(): ConnectionCounts;
  /** The number of connections so far. */
  readonly totalConnections: number;
  /** The number of refused connections. */
  readonly refusedConnections: number;
  /** Bytes of output that wait for slow readers, if known. */
  readonly queuedOutput?: number;
}

/**
 * OpenTelemetry for servers: spans and metrics of requests by the semantic conventions for HTTP, and metrics of
 * connections. It is subscribed to the diagnostics channels of this package until you call `end`.
 *
 * @example
 * ```ts
 * const telemetry = new ServerTelemetry();
 * const server = new HTTPServer(telemetry.traced(handler, { route: (request) => request.path }));
 * telemetry.observe(server);
 * await server.listen({ port: 8080 });
 * ```
 */
export class ServerTelemetry implements Disposable {
  readonly #meter: Meter;
  readonly #traces: RequestTraces;
  readonly #timeInState: Histogram;
  readonly #stops = new Set<() => void>();

  /** Subscribes to the channels. @throws TypeError for unknown options. */
  constructor(options: TelemetryOptions = {}) {
    checkOptions('new ServerTelemetry()', options, TELEMETRY_OPTIONS);
    this.#meter = (options.meterProvider ?? metrics).getMeter(INSTRUMENTATION, INSTRUMENTATION_VERSION, {
      schemaUrl: SCHEMA_URL,
    });
    this.#traces = new RequestTraces(
      (options.tracerProvider ?? trace).getTracer(INSTRUMENTATION, INSTRUMENTATION_VERSION, {
        schemaUrl: SCHEMA_URL,
      }),
      this.#meter,
    );
    this.#timeInState = this.#meter.createHistogram(METRIC.timeInState, {
      description: 'How long server sessions were in a state when they left it.',
      unit: 's',
      advice: { explicitBucketBoundaries: STATE_BOUNDARIES },
    });
    // Not by name: a lookup may return another channel once a copy of this package was collected.
    const heardExchange = (message: unknown): void => {
      const exchange = message as ExchangeMessage;
      if (exchange.phase === 'end') this.#traces.ended(exchange);
    };
    const heardTransition = (message: unknown): void => {
      this.#transitioned(message as TransitionMessage);
    };
    exchanges.subscribe(heardExchange);
    transitions.subscribe(heardTransition);
    this.#stops.add(() => exchanges.unsubscribe(heardExchange));
    this.#stops.add(() => transitions.unsubscribe(heardTransition));
  }

  #transitioned({ role, chart, from, to, heldFor }: TransitionMessage): void {
    if (role !== 'server' || chart !== 'session' || from === to || heldFor === undefined) return;
    this.#timeInState.record(heldFor / 1_000, { 'http_session.state': from });
  }

  /**
   * Returns a handler that runs each request within a span, whose context is active meanwhile.
   *
   * @throws TypeError for what is not a function, and for unknown options.
   */
  traced(handler: RequestHandler, options: TracedHandlerOptions = {}): RequestHandler {
    if (typeof handler !== 'function') {
      throw new TypeError(`traced(): the handler must be a function (got ${describeValue(handler)})`);
    }
    checkOptions('traced()', options, TRACED_OPTIONS);
    return this.#traces.wrap(handler, options);
  }

  /** Measures the connections of a server. Returns a function that ends it. @throws TypeError for what is not a server. */
  observe(server: ObservedServer): () => void {
    if (typeof (server as Partial<ObservedServer> | undefined)?.counts !== 'function') {
      throw new TypeError(`observe(): not an HTTPServer or a Supervisor (got ${describeValue(server)})`);
    }
    const meter = this.#meter;
    const gauges = {
      states: meter.createObservableGauge(METRIC.connections, {
        description: 'Open connections by the state of their session.',
        unit: '{connection}',
      }),
      activities: meter.createObservableGauge(METRIC.activities, {
        description: 'Open connections by what they are doing.',
        unit: '{connection}',
      }),
      accepted: meter.createObservableCounter(METRIC.accepted, { unit: '{connection}' }),
      refused: meter.createObservableCounter(METRIC.refused, { unit: '{connection}' }),
      queued: meter.createObservableGauge(METRIC.queuedOutput, {
        description: 'Output that waits for peers which read slowly.',
        unit: 'By',
      }),
    };
    // A state without connections has to be reported as 0, or its last value would stay.
    const seen = new Set<SessionState>();
    const observables: Observable[] = Object.values(gauges);
    const measure = (result: BatchObservableResult): void => {
      const { states, activities } = server.counts();
      for (const state of Object.keys(states)) seen.add(state as SessionState);
      for (const state of seen) {
        result.observe(gauges.states, states[state] ?? 0, { 'http_session.state': state });
      }
      for (const [activity, count] of Object.entries(activities)) {
        result.observe(gauges.activities, count, { 'http_session.activity': activity });
      }
      result.observe(gauges.accepted, server.totalConnections);
      result.observe(gauges.refused, server.refusedConnections);
      if (server.queuedOutput !== undefined) result.observe(gauges.queued, server.queuedOutput);
    };
    meter.addBatchObservableCallback(measure, observables);
    const stop = (): void => {
      meter.removeBatchObservableCallback(measure, observables);
      this.#stops.delete(stop);
    };
    this.#stops.add(stop);
    return stop;
  }

  /** Unsubscribes and stops measuring. Traced handlers run without spans from now on. */
  end(): void {
    for (const stop of [...this.#stops]) stop();
    this.#stops.clear();
    this.#traces.end();
  }

  /** The same as `end`. */
  [Symbol.dispose](): void {
    this.end();
  }
}
