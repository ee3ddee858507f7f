import { AsyncResource } from 'node:async_hooks';
import type { ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Call } from '../../client/call/call.js';
import { testifyToUnsent } from '../../client/call/unsent-error.js';
import type { ConnectionPool } from '../../client/pool/connection-pool.js';
import type { Place } from '../../client/pool/place.js';
import type { PoolCaller } from '../../client/pool/pool-caller.js';
import type { PooledSession } from '../../client/pool/pooled-session.js';
import { Waiter } from '../../client/pool/wait-queue.js';
import { TimeoutError, type HTTPSessionError } from '../../errors/index.js';
import type { HTTPClientSession } from '../../session/index.js';
import { Deadline, deadlinesOf } from '../../transport/index.js';

/** What Node.js has on a request, beside its types. */
interface AgentRequest extends ClientRequest {
  onSocket(socket: Duplex | null, error?: Error): void;
  readonly res?: { readonly headers: Readonly<Record<string, string | undefined>> } | null;
  reusedSocket: boolean;
}

/**
 * A request of node:http that waits in a pool for a socket. While the request has the socket, its session is detached; when
 * node:http sets it free, the session takes it back and watches it.
 */
export class AgentCall extends Waiter implements PoolCaller {
  readonly connectTimeout: number;
  readonly #pool: ConnectionPool;
  readonly #request: AgentRequest;
  readonly #call: Call;
  readonly #queueTimeout: number;
  /** What the program had in its AsyncLocalStorage when it made the request. */
  readonly #scope = new AsyncResource('SessionAgent');
  readonly #deadline: Deadline<AgentCall>;
  #seat: Place | null = null;
  constructor(
    pool: ConnectionPool,
    request: ClientRequest,
    call: Call,
    times: { readonly queue: number; readonly connect: number },
  ) {
    super();
    this.#pool = pool;
    this.#request = request;
    this.#call = call;
    this.#queueTimeout = times.queue;
    this.connectTimeout = times.connect;
    this.#deadline = new Deadline<AgentCall>(deadlinesOf(pool.clock), this, (waiting) => {
      waiting.#waitedTooLong();
    });
  }

  get waitingSince(): number {
    return this.#call.startedAt;
  }

  /** Asks the pool for a socket. */
  start(): void {
    this.#followDestroy();
    this.#pool.enqueue(this);
  }

  /**
   * A request that is destroyed while it waits leaves the queue in the same turn. Node.js does not say so before the request
   * gets a socket, so its `destroy` is replaced for that time.
   */
  #followDestroy(): void {
    const request = this.#request;
    request.destroy = (error) => {
      this.#stopWaiting();
      request.destroy(error);
      this.#pool.withdraw(this);
      this.#call.send('call.end');
      // It fails as Node.js fails it, with the error that it was given.
      request.onSocket(null);
      return request;
    };
  }

  queued(): void {
    this.#call.send('call.queue');
    if (!this.#deadline.armed) this.#deadline.arm(this.#queueTimeout);
  }

  assigned(): void {
    this.#call.send('call.queue');
    this.#call.send('call.assign');
  }

  #waitedTooLong(): void {
    this.#pool.withdraw(this);
    this.refused(new TimeoutError('queue', this.#queueTimeout));
  }

  #stopWaiting(): void {
    this.#deadline.disarm();
    // The method of the prototype is in its place again.
    delete (this.#request as { destroy?: unknown }).destroy;
  }

  refused(error: HTTPSessionError): void {
    this.#stopWaiting();
    testifyToUnsent(error, this.#call, this.#pool.clock.wallTime());
    this.#call.error = error;
    this.#call.send('call.end');
    this.#scope.runInAsyncScope(() => {
      this.#request.onSocket(null, error);
    });
  }

  begin(session: PooledSession, place: Place): void {
    this.#seat = place;
    this.#stopWaiting();
    if (this.#request.destroyed) this.#pool.available(place);
    else this.#lend(session as HTTPClientSession);
  }

  #lend(session: HTTPClientSession): void {
    const place = this.#seat as Place;
    session.setHolder(null);
    const { socket } = session.detachSocket();
    const call = this.#call;
    call.sessionId = session.id;
    call.isReused = place.requests > 1;
    call.assignedAt = call.sentAt = this.#pool.clock.now();
    call.attempts = 1;
    call.send('request.send');
    const forget = (): void => {
      socket.off('free', free).off('close', closed).off('agentRemove', removed);
    };
    const free = (): void => {
      forget();
      this.#takeBack(session, socket, place);
    };
    const closed = (): void => {
      forget();
      this.#pool.ended(place);
      call.send('call.end');
    };
    const removed = (): void => {
      forget();
      this.#pool.switched(place);
      call.send('call.end');
    };
    socket.on('free', free).on('close', closed).on('agentRemove', removed);
    this.#request.reusedSocket = call.isReused;
    this.#scope.runInAsyncScope(() => {
      this.#request.onSocket(socket);
    });
  }

  #takeBack(session: HTTPClientSession, socket: Duplex, place: Place): void {
    this.#call.send('call.end');
    if (socket.destroyed || !socket.writable) {
      socket.destroy();
      this.#pool.ended(place);
      return;
    }
    session.attachSocket(socket);
    this.#pool.heed(place, this.#request.res?.headers['keep-alive'] ?? null, this.#pool.clock.now());
    session.setHolder(place);
    if (session.available) this.#pool.available(place);
    else this.#pool.ended(place);
  }
}
