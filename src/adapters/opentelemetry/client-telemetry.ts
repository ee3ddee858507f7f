import { metrics, trace, type BatchObservableResult, type Histogram, type Meter } from '@opentelemetry/api';

import { pools, type PoolMessage } from '../../client/diagnostics.js';
import type { Interceptor } from '../../client/request.js';
import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import {
  ATTRIBUTE,
  INSTRUMENTATION,
  INSTRUMENTATION_VERSION,
  METRIC,
  SCHEMA_URL,
  STATE_BOUNDARIES,
} from './attributes.js';
import { originAttributes } from './client-attributes.js';
import { ClientRequests, type TracedRequestOptions } from './client-requests.js';
import type { TelemetryOptions } from './server-telemetry.js';

const TELEMETRY_OPTIONS = new KnownNames('option of new ClientTelemetry()', [
  'tracerProvider',
  'meterProvider',
]);
const INTERCEPTOR_OPTIONS = new KnownNames('option of interceptor()', ['template']);

/** A pool as it is observed. */
export interface ObservedPool {
  /** Where it leads to: `https://api.example`. */
  readonly origin: string;
  /** Connections that wait for a request. */
  readonly idle: number;
  /** Connections that are about to get a request. */
  readonly reserved: number;
  /** Connections with a request in progress. */
  readonly busy: number;
  /** Connections with a response that is not read yet. */
  readonly unread: number;
  /** Connections with their last request in progress. */
  readonly retiring: number;
  /** Calls that wait for a connection. */
  readonly waiting: number;
  /** How long the oldest of them has waited, in milliseconds. */
  readonly oldestWait: number;
}

/** A client to observe: an `HTTPClient`. */
export interface ObservedClient {
  /** What it does at one moment. */
  readonly stats: { readonly pools: readonly ObservedPool[] };
}

/**
 * OpenTelemetry for clients: spans and metrics of requests by the semantic conventions for HTTP, and metrics of connections.
 * The spans continue at the server, as each request carries the fields of the propagator, `traceparent` by default.
 *
 * The durations of connections are those of all clients of the process; it is subscribed to the channel of pools until you
 * call `end`.
 *
 * @example
 * ```ts
 * const telemetry = new ClientTelemetry();
 * const client = new HTTPClient();
 * telemetry.observe(client);
 * // Innermost, so that each retry has a span of its own.
 * const traced = client.compose(retry(), telemetry.interceptor());
 * ```
 */
export class ClientTelemetry implements Disposable {
  readonly #meter: Meter;
  readonly #requests: ClientRequests;
  readonly #connectionDuration: Histogram;
  readonly #stops = new Set<() => void>();

  /** Subscribes to the channel of pools. @throws TypeError for unknown options. */
  constructor(options: TelemetryOptions = {}) {
    checkOptions('new ClientTelemetry()', options, TELEMETRY_OPTIONS);
    const scope = { schemaUrl: SCHEMA_URL };
    this.#meter = (options.meterProvider ?? metrics).getMeter(
      INSTRUMENTATION,
      INSTRUMENTATION_VERSION,
      scope,
    );
    this.#requests = new ClientRequests(
      (options.tracerProvider ?? trace).getTracer(INSTRUMENTATION, INSTRUMENTATION_VERSION, scope),
      this.#meter,
    );
    this.#connectionDuration = this.#meter.createHistogram(METRIC.connectionDuration, {
      description: 'The duration of the successfully established outbound HTTP connections.',
      unit: 's',
      advice: { explicitBucketBoundaries: STATE_BOUNDARIES },
    });
    // Not by name: a lookup may return another channel once a copy of this package was collected.
    const heard = (message: unknown): void => {
      this.#heard(message as PoolMessage);
    };
    pools.subscribe(heard);
    this.#stops.add(() => pools.unsubscribe(heard));
  }

  #heard(message: PoolMessage): void {
    if (message.kind !== 'closed' || message.duration === undefined) return;
    this.#connectionDuration.record(message.duration / 1_000, {
      ...originAttributes(new URL(message.origin)),
      [ATTRIBUTE.closedBy]: message.closedBy,
    });
  }

  /**
   * Returns an interceptor that runs each request within a span. As the last one given to `compose` it makes a span of each
   * attempt, with `http.request.resend_count`; as the first one, a span of the whole call.
   *
   * @throws TypeError for unknown options.
   */
  interceptor(options: TracedRequestOptions = {}): Interceptor {
    checkOptions('interceptor()', options, INTERCEPTOR_OPTIONS);
    return this.#requests.interceptor(options);
  }

  /** Measures the connections of a client. Returns a function that ends it. @throws TypeError for what is not a client. */
  observe(client: ObservedClient): () => void {
    if (!Array.isArray((client as Partial<ObservedClient> | undefined)?.stats?.pools)) {
      throw new TypeError(`observe(): not an HTTPClient (got ${describeValue(client)})`);
    }
    const meter = this.#meter;
    const open = meter.createObservableUpDownCounter(METRIC.openConnections, {
      description: 'Number of outbound HTTP connections that are currently active or idle on the client.',
      unit: '{connection}',
    });
    const waiting = meter.createObservableUpDownCounter(METRIC.waitingCalls, {
      description: 'Calls that wait for a connection.',
      unit: '{request}',
    });
    const oldest = meter.createObservableGauge(METRIC.oldestWait, {
      description: 'How long the oldest of them has waited.',
      unit: 's',
    });
    const last = new Map<string, PoolCount>();
    const measure = (result: BatchObservableResult): void => {
      const counts = countByOrigin(client.stats.pools);
      // A pool that is gone has to be reported as 0 once, or its last value would stay.
      for (const origin of last.keys()) if (!counts.has(origin)) counts.set(origin, NONE);
      last.clear();
      for (const [origin, count] of counts) {
        if (count !== NONE) last.set(origin, count);
        const attributes = originAttributes(new URL(origin));
        result.observe(open, count.idle, { ...attributes, [ATTRIBUTE.connectionState]: 'idle' });
        result.observe(open, count.active, { ...attributes, [ATTRIBUTE.connectionState]: 'active' });
        result.observe(waiting, count.waiting, attributes);
        result.observe(oldest, count.oldestWait / 1_000, attributes);
      }
    };
    const observables = [open, waiting, oldest];
    meter.addBatchObservableCallback(measure, observables);
    const stop = (): void => {
      meter.removeBatchObservableCallback(measure, observables);
      this.#stops.delete(stop);
    };
    this.#stops.add(stop);
    return stop;
  }

  /** Unsubscribes and stops measuring. Requests are sent without spans from now on. */
  end(): void {
    for (const stop of [...this.#stops]) stop();
    this.#stops.clear();
    this.#requests.end();
  }

  /** The same as `end`. */
  [Symbol.dispose](): void {
    this.end();
  }
}

interface PoolCount {
  readonly idle: number;
  readonly active: number;
  readonly waiting: number;
  readonly oldestWait: number;
}

const NONE: PoolCount = { idle: 0, active: 0, waiting: 0, oldestWait: 0 };

/** An origin has a pool for each way that leads to it: proxies and Unix sockets. */
function countByOrigin(all: readonly ObservedPool[]): Map<string, PoolCount> {
  const counts = new Map<string, PoolCount>();
  for (const { origin, idle, reserved, busy, unread, retiring, waiting, oldestWait } of all) {
    const other = counts.get(origin) ?? NONE;
    counts.set(origin, {
      idle: other.idle + idle,
      active: other.active + reserved + busy + unread + retiring,
      waiting: other.waiting + waiting,
      oldestWait: Math.max(other.oldestWait, oldestWait),
    });
  }
  return counts;
}
