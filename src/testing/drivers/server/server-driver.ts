import { serverModel, type ServerModelEvent } from '../../models/server-model.js';
import type { ServerDriver } from '../driver.js';
import { PATIENCE } from '../patience.js';
import { hostOf, type ServerAddress, type ServerConnector } from './client-line.js';
import { ServerSystem, type ServerTimeouts } from './server-system.js';

/** A server to be driven: where it is, and what it serves. */
export type ServerDriverOptions = (ServerAddress | ServerConnector) & {
  /** What is driven, for people. @defaultValue 'the server' */
  readonly name?: string | undefined;
  /** A path that answers GET and HEAD with a status below 400. @defaultValue '/' */
  readonly get?: string | undefined;
  /**
   * A path that reads the body of a POST and answers with the same bytes; without it no bodies are sent.
   * Handlers that answer before they have read do something else than the model.
   */
  readonly echo?: string | undefined;
  /** How time passes; of what is not named here nothing is expected. */
  readonly timeouts?: ServerTimeouts | undefined;
  /** Milliseconds of real time after which what has not happened is taken not to happen. @defaultValue 3000 */
  readonly patience?: number | undefined;
};

const NEEDS_ECHO: readonly ServerModelEvent[] = [
  'request.length',
  'request.chunked',
  'body.length',
  'body.chunked',
  'body.expect',
  'body.finish',
  'wait.body',
];

/**
 * Drives any HTTP/1.1 server, by host and port or by a function that connects to it. It is a client that speaks raw bytes,
 * and shares no code with the clients and servers of this package.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * const driver = serverDriver({ name: 'my server', port: 8080, echo: '/echo' });
 * testModel({ model: serverModel, driver, it: test });
 * ```
 */
export function serverDriver(options: ServerDriverOptions): ServerDriver {
  const { name = 'the server', get = '/', echo, timeouts = {}, patience = PATIENCE } = options;
  return {
    name,
    parties: ['client', 'server'],
    events: serverModel.events.filter((event) => isPossible(event, echo !== undefined, timeouts)),
    start: (journey) => {
      const targets = { host: hostOf(options), get, echo: echo ?? get };
      return new ServerSystem({ address: options, targets, timeouts, patience }, journey);
    },
  };
}

function isPossible(event: ServerModelEvent, hasEcho: boolean, timeouts: ServerTimeouts): boolean {
  if (!hasEcho && NEEDS_ECHO.includes(event)) return false;
  const [, timer] = /^wait\.(.+)$/.exec(event) ?? [];
  return timer === undefined || timeouts[timer as keyof ServerTimeouts] !== undefined;
}
