import http, { type Server } from 'node:http';
import https from 'node:https';

import { describeValue } from '../../../errors/index.js';
import {
  HTTPServer,
  type DrainOptions,
  type DrainReport,
  type HTTPServerParams,
} from '../../../server/index.js';
import { SERVER_PARAMS } from '../../../server/params.js';
import { provideSettings, serverSettings } from '../../../session/index.js';
import { systemClock } from '../../../transport/index.js';
import { ClientErrors } from './client-error.js';
import { closingMembers } from './closing.js';
import { liveSettings } from './live-settings.js';
import { checkInternals } from './node-internals.js';
import { RequestEmitter } from './request-emitter.js';
import { Takeover } from './takeover.js';

/** A server of node:http or node:https whose connections are sessions. */
export type ServerOnSessions<TServer extends Server | https.Server> = TServer & {
  /** The sessions: their states, counts, caps, and the actor of the server chart. */
  readonly sessions: HTTPServer;
  /** Closes the port and lets every session finish, so that no request is lost. See `HTTPServer.drain`. */
  drain(options?: DrainOptions): Promise<DrainReport>;
};

/**
 * Makes sessions of the connections of a server of node:http or node:https: strict reading, one timer for each state,
 * lingering close, errors that testify, a drain that loses nothing. Its listeners, settings and methods stay as they are,
 * as do the messages that they get; only the parser is another. Call it before the server listens.
 *
 * `docs/existing-servers.md` has the differences in a table.
 *
 * @param params - of the sessions. What is not named follows from the settings of the server: `keepAliveTimeout`,
 * `headersTimeout`, `requestTimeout`, `maxHeaderSize`, `maxHeadersCount`, `httpAllowHalfOpen`.
 * @returns the same server.
 * @throws TypeError for what is no such server, one that listens, or has an option that a strict parser cannot follow;
 * TypeError, RangeError for malformed parameters; Error where the node:http of the runtime lacks what is needed.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import express from 'express';
 *
 * const app = express();
 * const server = onSessions(createServer(app));
 * server.listen(8080);
 * process.once('SIGTERM', () => void server.drain());
 * ```
 */
export function onSessions<TServer extends Server | https.Server>(
  server: TServer,
  params: HTTPServerParams = {},
): ServerOnSessions<TServer> {
  checkServer(server);
  checkInternals('onSessions()');
  const base = serverSettings(params, SERVER_PARAMS);
  const own = { ...params };
  provideSettings(own, liveSettings(server, base, params, new ClientErrors(server)));
  const emitter = new RequestEmitter(server);
  const takeover = new Takeover(server, () => {
    return new HTTPServer((request, response) => {
      emitter.serve(request, response);
    }, own);
  });
  const members = {
    ...closingMembers(server, takeover, own.clock ?? systemClock),
    drain: (options?: DrainOptions) => takeover.sessions.drain(options),
  };
  Object.defineProperty(server, 'sessions', { get: () => takeover.sessions, enumerable: true });
  return Object.assign(server, members) as unknown as ServerOnSessions<TServer>;
}

function checkServer(server: Server | https.Server): void {
  if (!(server instanceof http.Server) && !((server as unknown) instanceof https.Server)) {
    throw new TypeError(
      `onSessions(): must be a server of node:http or node:https (got ${describeValue(server)})`,
    );
  }
  if ('sessions' in server) throw new TypeError('onSessions(): the server is on sessions already');
  if (server.listening) {
    throw new TypeError('onSessions(): the server listens already; call it before listen()');
  }
  const { insecureHTTPParser, httpValidation = 'strict' } = server as {
    readonly insecureHTTPParser?: boolean;
    readonly httpValidation?: string;
  };
  const lenient =
    insecureHTTPParser === true ? 'insecureHTTPParser' : httpValidation === 'strict' ? '' : 'httpValidation';
  if (lenient === '') return;
  throw new TypeError(`onSessions(): ${lenient} cannot be had, as sessions read strictly; remove it`);
}
