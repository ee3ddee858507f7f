import type { HTTPClientSession } from '../../session/index.js';
import type { ClientRequest } from '../request.js';

/** Hears what becomes of one attempt of a call; for telemetry. It must not throw. */
export interface AttemptWatcher {
  /**
   * The request is about to be sent on a session. Called again when the server's close has crossed the request, and it is
   * sent on another one.
   *
   * @param attempts - how many times a request was sent for the call so far, this one included.
   */
  sent(session: HTTPClientSession, attempts: number): void;
  /**
   * The exchange is over: both messages are complete, or never will be. Not called for what was not answered.
   *
   * @param attempt - the number that `sent` was called with.
   */
  over(attempt: number, error: Error | null): void;
}

/** The member that carries the watcher of a request through interceptors, and through the copies that they make. */
const WATCHER: unique symbol = Symbol('watcher');

interface WatchedRequest {
  readonly [WATCHER]?: AttemptWatcher | undefined;
}

/** A copy of a request that has a watcher. */
export function withWatcher(request: ClientRequest, watcher: AttemptWatcher): ClientRequest {
  return { ...request, [WATCHER]: watcher } as ClientRequest;
}

/** The watcher of a request, or of what it is sent with. */
export function watcherOf(request: object): AttemptWatcher | undefined {
  return (request as WatchedRequest)[WATCHER];
}
