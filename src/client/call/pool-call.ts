import { AbortedError, HTTPSessionError, TimeoutError } from '../../errors/index.js';
import {
  quietly,
  type HTTPClientResponse,
  type HTTPClientSession,
  type PreparedRequest,
  type RequestTaker,
} from '../../session/index.js';
import { Deadline, deadlinesOf } from '../../transport/index.js';
import type { ConnectionPool } from '../pool/connection-pool.js';
import type { PoolCaller } from '../pool/pool-caller.js';
import type { Place } from '../pool/place.js';
import { Waiter } from '../pool/wait-queue.js';
import type { AttemptWatcher } from './attempt-watcher.js';
import type { Call } from './call.js';
import { switchesOver } from './switch-over.js';
import { recordAttempt, testifyToUnsent } from './unsent-error.js';

/** The timeouts of one attempt that a pool has to do with, in milliseconds; 0 for none. */
export interface CallTimes {
  readonly queue: number;
  readonly connect: number;
}

/**
 * One request in a pool: it waits for a session, is sent, and is answered. It is repeated here in one case alone: the
 * server's close crossed it on the way, and the chart of the exchange allows it to be sent again.
 */
export class PoolCall extends Waiter implements PoolCaller, RequestTaker {
  readonly connectTimeout: number;
  /** Resolves with the response. */
  readonly promise: Promise<HTTPClientResponse>;
  readonly #pool: ConnectionPool;
  readonly #call: Call;
  readonly #request: PreparedRequest;
  readonly #queueTimeout: number;
  /** Whether its response is that of the call, with no interceptor in between. */
  readonly #isWhole: boolean;
  /** Takes the session when it was turned over to another protocol; `null` for a call that did not ask for that. */
  readonly #switched: ((session: HTTPClientSession) => void) | null;
  readonly #url: URL | string | null;
  /** Hears of what becomes of it; for telemetry. */
  watcher: AttemptWatcher | undefined = undefined;
  #deadline: Deadline<PoolCall> | null = null;
  #seat: Place | null = null;
  /** How often it was sent: twice at the most. */
  #sent = 0;
  /** Which attempt of the call it is; 0 for none yet. */
  #attempt = 0;
  #resolve!: (response: HTTPClientResponse) => void;
  #reject!: (error: unknown) => void;

  constructor(
    pool: ConnectionPool,
    call: Call,
    request: PreparedRequest,
    times: CallTimes,
    isWhole: boolean,
    switched: ((session: HTTPClientSession) => void) | null,
    url: URL | string | null,
  ) {
    super();
    this.#pool = pool;
    this.#call = call;
    this.#request = request;
    this.#isWhole = isWhole;
    this.#switched = switched;
    this.#url = url;
    this.#queueTimeout = times.queue;
    this.connectTimeout = times.connect;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Asks the pool for a session. */
  start(): void {
    const { signal } = this.#request;
    if (signal?.aborted === true) {
      this.refused(this.#abortedError(signal.reason));
      return;
    }
    signal?.addEventListener('abort', this);
    this.#pool.enqueue(this);
  }

  get waitingSince(): number {
    return this.#call.startedAt;
  }

  // ---- in the queue ------------------------------------------------------------------------------------------------

  queued(): void {
    this.#call.send('call.queue');
    if (this.#queueTimeout === 0) return;
    this.#deadline ??= new Deadline<PoolCall>(deadlinesOf(this.#pool.clock), this, waitedTooLong);
    if (!this.#deadline.armed) this.#deadline.arm(this.#queueTimeout);
  }

  assigned(): void {
    this.#call.send('call.queue');
    this.#call.send('call.assign');
  }

  /** Called for the signal. */
  handleEvent(): void {
    this.#leave(this.#abortedError(this.#request.signal?.reason));
  }

  /** @internal */
  waitedTooLong(): void {
    this.#leave(new TimeoutError('queue', this.#queueTimeout));
  }

  #leave(error: HTTPSessionError): void {
    this.#pool.withdraw(this);
    this.refused(error, error instanceof TimeoutError ? 'timeout' : 'local');
  }

  refused(error: HTTPSessionError, endedBy: 'timeout' | 'local' | null = null): void {
    this.#stopWaiting();
    this.#request.letGo();
    testifyToUnsent(error, this.#call, this.#pool.clock.wallTime(), endedBy);
    this.#fail(error);
  }

  #stopWaiting(): void {
    this.#deadline?.disarm();
    this.#request.signal?.removeEventListener('abort', this);
  }

  // ---- on a session ------------------------------------------------------------------------------------------------

  begin(session: HTTPClientSession, place: Place, now: number): void {
    this.#stopWaiting();
    this.#seat = place;
    const call = this.#call;
    call.assignedAt = call.sentAt = now;
    call.attempts++;
    this.#sent++;
    call.sessionId = session.id;
    call.isReused = place.requests > 1;
    call.connectTime = call.isReused ? undefined : place.connectTime;
    call.send('request.send');
    this.watcher?.sent(session, call.attempts);
    this.#attempt = call.attempts;
    session.startRequest(this.#request, this);
  }

  responded(response: HTTPClientResponse): void {
    const place = this.#seat as Place;
    const call = this.#call;
    call.answeredAt = this.#pool.clock.now();
    call.status = response.status;
    response.url = this.#url;
    call.send('response.head');
    if (this.#isWhole) call.send('call.deliver');
    if (switchesOver(this.#request.message.method, response.status)) this.#switchOver(place);
    else this.#pool.heed(place, hintOf(response), call.answeredAt);
    this.#resolve(response);
  }

  /** The connection belongs to the caller; one who has not asked for that could not take it. */
  #switchOver(place: Place): void {
    const session = place.session as HTTPClientSession;
    this.#pool.switched(place);
    if (this.#switched === null) queueMicrotask(() => session.dispose());
    else this.#switched(session);
  }

  over(): void {
    this.#call.send('exchange.end');
    this.watcher?.over(this.#attempt, (this.#seat?.session as HTTPClientSession).networkException());
  }

  failed(error: unknown, isReplayable: boolean): void {
    this.#call.send('attempt.fail');
    // An automatic retry that fails is not retried (RFC 9110 section 9.2.2).
    if (isReplayable && this.#sent === 1) {
      recordAttempt(this.#call, error);
      // Before the pool has it: it may be sent within this call, and then the session has the signal.
      this.#request.signal?.addEventListener('abort', this);
      this.#pool.replay(this, this.#seat as Place);
      return;
    }
    this.#fail(error);
  }

  /** A call that is not awaited must not end the process. */
  #fail(error: unknown): void {
    recordAttempt(this.#call, error);
    if (error instanceof HTTPSessionError) this.#call.error = error;
    this.#call.send(this.#isWhole ? 'call.end' : 'attempt.fail');
    void quietly(this.promise);
    this.#reject(error);
  }

  #abortedError(reason: unknown): AbortedError {
    return new AbortedError('the request was aborted before it was sent', { cause: reason });
  }
}

function waitedTooLong(call: PoolCall): void {
  call.waitedTooLong();
}

const HINT = /keep-alive:/i;

/** What the server says of idle connections. Most say nothing, and the fields of their responses are not cut for that. */
function hintOf({ message }: HTTPClientResponse): string | null {
  return HINT.test(message.formatBlock()) ? (message.get('Keep-Alive') ?? null) : null;
}
