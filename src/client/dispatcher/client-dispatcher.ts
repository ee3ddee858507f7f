import { constants } from 'node:buffer';
import { EventEmitter } from 'node:events';

import { LIMITS } from '../../constants.js';
import { checkOptions, describeValue, InvalidStateError, KnownNames } from '../../errors/index.js';
import { bilingual } from './bilingual-handler.js';
import { CallbackCall } from './callback-call.js';
import { ControllerCall } from './controller-call.js';
import type { DispatchClient } from './dispatch-client.js';
import { takesController, type DispatchHandler } from './dispatch-handler.js';
import type { DispatchOptions } from './dispatch-options.js';
import type { CallCounter } from './dispatched-call.js';

/** Options of a dispatcher. */
export interface ClientDispatcherOptions {
  /** So many calls may have no response yet, before `dispatch` returns `false`. @defaultValue 128 */
  readonly highWaterMark?: number | undefined;
}

/** Sends a request for a handler; `false` asks the caller to wait for `drain`. */
export type DispatchFunction = (options: DispatchOptions, handler: DispatchHandler) => boolean;

/** An interceptor of undici, of any version from 6 on. */
export type DispatchInterceptor = (
  dispatch: DispatchFunction,
  origin?: string | URL | null,
) => DispatchFunction;

type Callback = (error: Error | null, data: null) => void;

const KNOWN_OPTIONS = new KnownNames('option of toDispatcher()', ['highWaterMark']);

/**
 * A dispatcher of undici that sends with a client: for the `fetch` of Node.js, and for undici 6, 7 and 8.
 *
 * It answers each request in the dialect of its handler, so that one dispatcher serves all of them.
 *
 * @example
 * ```ts
 * import { setGlobalDispatcher, type Dispatcher } from 'undici';
 *
 * const dispatcher = toDispatcher<Dispatcher>(client);
 * setGlobalDispatcher(dispatcher); // every fetch of the program
 * dispatcher.on('drain', () => console.log('ready for more'));
 * ```
 */
export class ClientDispatcher extends EventEmitter implements CallCounter {
  /** `fetch` asks for it: nothing is mocked. */
  readonly isMockActive = false;
  /** The limits of the WebSocket of undici: those that it has by itself. Sizes are in bytes. */
  readonly webSocketOptions = { maxFragments: 131_072, maxPayloadSize: 134_217_728 } as const;
  /** The limit of the EventSource of undici: the one that it has by itself. */
  readonly eventSourceOptions = { maxEventSize: constants.MAX_STRING_LENGTH } as const;
  readonly #client: DispatchClient;
  readonly #highWaterMark: number;
  /** Calls without a response. */
  #unanswered = 0;
  /** Whether a caller was asked to wait. */
  #needsDrain = false;
  #closed: Promise<unknown> | null = null;
  #destroyed: Promise<unknown> | null = null;

  /** @internal */
  constructor(client: DispatchClient, options: ClientDispatcherOptions = {}) {
    super();
    checkOptions('toDispatcher()', options, KNOWN_OPTIONS);
    this.#client = client;
    const { highWaterMark = LIMITS.maxConnections.value } = options;
    if (!Number.isInteger(highWaterMark) || highWaterMark < 1) {
      throw new RangeError(
        `highWaterMark: must be an integer, 1 or more (got ${describeValue(highWaterMark)})`,
      );
    }
    this.#highWaterMark = highWaterMark;
  }

  /**
   * Sends a request, and hands the response to a handler. What fails is reported to the handler.
   *
   * @returns `false` while so many calls wait that the caller should wait for the event `drain`.
   * @throws TypeError for what is no handler.
   */
  dispatch(options: DispatchOptions, handler: DispatchHandler): boolean {
    if (typeof handler !== 'object' || (handler as unknown) === null) {
      throw new TypeError(`dispatch(): the handler must be an object (got ${describeValue(handler)})`);
    }
    const call = takesController(handler)
      ? new ControllerCall(handler, this)
      : new CallbackCall(handler, this);
    if (this.#closed !== null || this.#destroyed !== null) {
      call.refuse(new InvalidStateError('dispatch()', 'closed', 'the dispatcher takes no more requests'));
      return true;
    }
    if (!call.send(this.#client, options)) return true;
    if (++this.#unanswered < this.#highWaterMark) return true;
    this.#needsDrain = true;
    return false;
  }

  /** @internal */
  callAnswered(): void {
    this.#unanswered--;
    if (!this.#needsDrain || this.#unanswered >= this.#highWaterMark) return;
    this.#needsDrain = false;
    queueMicrotask(() => {
      this.emit('drain');
    });
  }

  /**
   * A dispatcher that sends through interceptors of undici, the last one outermost. It shares everything else.
   *
   * @throws TypeError for what is no interceptor.
   */
  compose(...interceptors: (DispatchInterceptor | null | undefined | DispatchInterceptor[])[]): this {
    let dispatch: DispatchFunction = (options, handler) => this.dispatch(options, handler);
    for (const interceptor of interceptors.flat()) {
      if (interceptor === null || interceptor === undefined) continue;
      if (typeof interceptor !== 'function') {
        throw new TypeError(
          `compose(): an interceptor must be a function (got ${describeValue(interceptor)})`,
        );
      }
      // It sends for many origins: `null` says so to those of undici 8 that ask.
      const intercepted = interceptor(dispatch, null);
      if (typeof intercepted !== 'function') {
        throw new TypeError(
          `compose(): an interceptor must return a function (got ${describeValue(intercepted)})`,
        );
      }
      dispatch = (options, handler) => intercepted(options, bilingual(handler));
    }
    return new Proxy(this, {
      get: (dispatcher, key) => {
        if (key === 'dispatch') return dispatch;
        const value: unknown = Reflect.get(dispatcher, key, dispatcher);
        return typeof value === 'function' ? (value.bind(dispatcher) as unknown) : value;
      },
    });
  }

  /** Drains the client: takes no more requests, and finishes those it has. Resolves when all connections are closed. */
  close(): Promise<void>;
  close(callback: Callback): void;
  close(callback?: Callback): Promise<void> | undefined {
    this.#closed ??= this.#client.drain({ deadline: 0 });
    return settled(this.#closed, callback);
  }

  /** Destroys the client: pending requests fail with an AbortedError, whose `cause` is the reason. */
  destroy(reason?: Error | null): Promise<void>;
  destroy(callback: Callback): void;
  destroy(reason: Error | null, callback: Callback): void;
  destroy(reason?: Error | null | Callback, callback?: Callback): Promise<void> | undefined {
    const [error, then] = typeof reason === 'function' ? [null, reason] : [reason, callback];
    if (this.#destroyed === null) {
      this.#client.destroy(error ?? undefined);
      this.#destroyed = Promise.resolve();
    }
    return settled(this.#destroyed, then);
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closed !== null;
  }

  /** Whether `destroy` was called. */
  get destroyed(): boolean {
    return this.#destroyed !== null;
  }
}

/** A promise, or a callback for it, as undici has them. */
function settled(done: Promise<unknown>, callback: Callback | undefined): Promise<void> | undefined {
  if (callback === undefined) return done.then(() => undefined);
  if (typeof callback !== 'function') {
    throw new TypeError(`callback: must be a function (got ${describeValue(callback)})`);
  }
  done.then(
    () => {
      callback(null, null);
    },
    (error: unknown) => {
      callback(error as Error, null);
    },
  );
  return undefined;
}

/**
 * A dispatcher of undici that sends with your client. It works with the `fetch` of every Node.js from 20 on, with undici 6,
 * 7 and 8, and with SDKs that take a `dispatcher`.
 *
 * @typeParam TDispatcher - the `Dispatcher` of your undici, where TypeScript asks for it. Methods that undici adds to its
 * own dispatchers, such as `request`, are not there: pass the dispatcher to the function of that name.
 * @throws TypeError, RangeError for an unknown or malformed option.
 *
 * @example
 * ```ts
 * const response = await fetch('https://example.org/', { dispatcher: toDispatcher(new HTTPClient()) });
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- of the undici that the caller has
export function toDispatcher<TDispatcher = unknown>(
  client: DispatchClient,
  options?: ClientDispatcherOptions,
): ClientDispatcher & TDispatcher {
  return new ClientDispatcher(client, options) as ClientDispatcher & TDispatcher;
}
