import { redirect, retry, type HTTPClient, type Interceptor } from '../client/index.js';
import type { HTTPClientResponse, RequestProgress } from '../session/index.js';
import type { Clock } from '../transport/index.js';
import type { GetOptions } from './get-options.js';
import type { CallWatch, Phases } from './get-watch.js';

/** One attempt of a request: to one URL, once. */
export interface Hop {
  readonly url: URL;
  readonly response: HTTPClientResponse | null;
  readonly error: Error | null;
  /** To the head of the response, in milliseconds. */
  readonly duration: number;
  /** Bytes of the body so far, as they came over the network. */
  readonly received: number;
}

/** What observes a request. */
export interface RunObserver {
  sent(request: Parameters<ReturnType<Interceptor>>[0]): void;
  answered(response: HTTPClientResponse): void;
  passed(run: GetRun, next: URL): void;
  progressed(run: GetRun, progress: RequestProgress): void;
}

/** One request of `get`, with the redirects that it follows and its retries. */
export class GetRun {
  /** Whether redirects are followed. */
  readonly follows: boolean;
  readonly #options: GetOptions;
  readonly #watch: CallWatch;
  readonly #observer: RunObserver;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #startedAt: number;
  #headAt = 0;
  #endedAt: number | null = null;
  #callId = 0;
  #hop: Hop;
  #hops = 0;

  constructor(options: GetOptions, watch: CallWatch, observer: RunObserver, clock: Pick<Clock, 'now'>) {
    this.follows = options.location;
    this.#options = options;
    this.#watch = watch;
    this.#observer = observer;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#hop = { url: options.url, response: null, error: null, duration: 0, received: 0 };
  }

  /** Sends it, and resolves with the last response. @throws what `HTTPClient.request` throws */
  request(client: HTTPClient, signal: AbortSignal): Promise<HTTPClientResponse> {
    const { url, request, location, retry: limit } = this.#options;
    // Within the redirects: each of their requests is repeated alone.
    const interceptors = [
      ...(location ? [redirect()] : []),
      ...(limit > 0 ? [retry({ limit })] : []),
      this.#interceptor,
    ];
    const composed = client.compose(...interceptors);
    const { result, callId } = this.#watch.callOf(() => composed.request(url, { ...request, signal }));
    this.#callId = callId;
    return result;
  }

  readonly #interceptor: Interceptor = (next) => async (request) => {
    if (this.#hops++ > 0) this.#observer.passed(this, request.url);
    const begin = this.#clock.now();
    const { url } = request;
    this.#hop = { url, response: null, error: null, duration: 0, received: 0 };
    this.#observer.sent(request);
    const onProgress = (progress: RequestProgress): void => {
      this.#hop = { ...this.#hop, received: progress.received };
      this.#observer.progressed(this, progress);
    };
    try {
      const response = await next({ ...request, onProgress });
      this.#headAt = this.#clock.now();
      this.#hop = { ...this.#hop, response, duration: this.#headAt - begin };
      this.#observer.answered(response);
      return response;
    } catch (error) {
      this.#hop = { ...this.#hop, error: error as Error, duration: this.#clock.now() - begin };
      throw error;
    }
  };

  /** The response was read to its end, or the request failed. */
  end(): void {
    this.#endedAt ??= this.#clock.now();
  }

  /** Nothing more is asked. */
  forget(): void {
    this.#watch.forget(this.#callId);
  }

  /** The last attempt. */
  get hop(): Hop {
    return this.#hop;
  }

  /** How many attempts there were. */
  get hops(): number {
    return this.#hops;
  }

  /** How long it has taken, in milliseconds. */
  elapsed(): number {
    return (this.#endedAt ?? this.#clock.now()) - this.#startedAt;
  }

  /** The peer of the last attempt, and the state of its connection. */
  connection(): ReturnType<CallWatch['connectionOf']> {
    return this.#watch.connectionOf(this.#callId);
  }

  /** How long its phases took. */
  phases(): Phases {
    const endedAt = this.#startedAt + this.elapsed();
    const headAt = this.#headAt === 0 ? endedAt : this.#headAt;
    return this.#watch.phasesOf(this.#callId, { startedAt: this.#startedAt, headAt, endedAt });
  }
}
