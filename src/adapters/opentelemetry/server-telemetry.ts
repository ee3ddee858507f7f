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
import type { ConnectionCounts } from '../../server/index.js';
import type { RequestHandler, SessionState } from '../../session/index.js';
import { INSTRUMENTATION, METRIC, STATE_BOUNDARIES } from './attributes.js';
import { RequestTraces, type TracedHandlerOptions } from './request-traces.js';

/** Where spans and measurements go. */
export interface TelemetryOptions {
  /** @defaultValue the one that is registered globally */
  readonly tracerProvider?: TracerProvider | undefined;
  /** @defaultValue the one that is registered globally */
  readonly meterProvider?: MeterProvider | undefined;
}

/** What is observed of a server: an `HTTPServer`, or the supervisor of one of node:http. */
export interface ObservedServer {
  /** Its connections by state and by what they are doing. */
  counts(): ConnectionCounts;
  /** Connections so far. */
  readonly totalConnections: number;
  /** Connections that were kept out. */
  readonly refusedConnections: number;
  /** Bytes of output that wait for slow readers, where that is known. */
  readonly queuedOutput?: number;
}

/**
 * OpenTelemetry for servers: spans and metrics of requests by the semantic conventions of HTTP, and metrics of
 * connections. It subscribes to the diagnostics channels of this package from its creation to its `end`.
 */
export class ServerTelemetry implements Disposable {
  readonly #meter: Meter;
  readonly #traces: RequestTraces;
  readonly #timeInState: Histogram;
  readonly #stops = new Set<() => void>();

  /** Subscribes from here on. */
  constructor(options: TelemetryOptions = {}) {
    this.#meter = (options.meterProvider ?? metrics).getMeter(INSTRUMENTATION);
    this.#traces = new RequestTraces(
      (options.tracerProvider ?? trace).getTracer(INSTRUMENTATION),
      this.#meter,
    );
    this.#timeInState = this.#meter.createHistogram(METRIC.timeInState, {
      description: 'How long server sessions were in a state when they left it.',
      unit: 's',
      advice: { explicitBucketBoundaries: STATE_BOUNDARIES },
    });
    // Not by their names: a channel that is looked up may be another one once a copy of this package was collected.
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

  /** The handler, each of its requests within a span whose context is active while it runs. */
  traced(handler: RequestHandler, options: TracedHandlerOptions = {}): RequestHandler {
    return this.#traces.wrap(handler, options);
  }

  /** Measures the connections of a server from now on; returns a function that ends it. */
  observe(server: ObservedServer): () => void {
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
    // A state that nobody is in any more has to be told as 0, or its last figure would stand.
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

  /** Ends all of it: nothing is subscribed to and nothing is measured any more, and traced handlers run without spans. */
  end(): void {
    for (const stop of [...this.#stops]) stop();
    this.#stops.clear();
    this.#traces.end();
  }

  /** Ends all of it. */
  [Symbol.dispose](): void {
    this.end();
  }
}
