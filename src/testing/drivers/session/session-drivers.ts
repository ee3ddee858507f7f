import { HTTPServerSession } from '../../../session/index.js';
import type { SessionDriver } from '../driver.js';
import type { CreateSession, SessionLines } from './line.js';
import { MemorySessionLine } from './memory-line.js';
import { SessionSystem } from './session-system.js';
import { SocketSessionLines, type ServerCertificate } from './socket-line.js';

/** A driver of sessions that has to be closed in the end. */
export type SocketSessionDriver = SessionDriver & Required<Pick<SessionDriver, 'close'>>;

/** Which session is driven. */
export interface SessionDriverOptions {
  /**
   * Makes the session, if it is one of your own class or engine; the options have to reach it.
   * @defaultValue an `HTTPServerSession`
   */
  readonly createSession?: CreateSession | undefined;
}

const plainSession: CreateSession = (options) => new HTTPServerSession(null, options);

/**
 * Drives a session over connections in memory.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * const driver = memorySessionDriver();
 * testModel({ model: sessionModel, driver, paths: 'transitions', it: test });
 * ```
 */
export function memorySessionDriver({
  createSession = plainSession,
}: SessionDriverOptions = {}): SessionDriver {
  return sessionDriver('a session over memory', {
    open: (journey) => new MemorySessionLine(createSession, journey),
    close: () => Promise.resolve(),
  });
}

/**
 * Drives a session over TCP on loopback. Close the driver in the end: it listens.
 *
 * @example
 * ```ts
 * import { after, test } from 'node:test';
 *
 * const driver = tcpSessionDriver();
 * after(() => driver.close());
 * testModel({ model: sessionModel, driver, it: test });
 * ```
 */
export function tcpSessionDriver({
  createSession = plainSession,
}: SessionDriverOptions = {}): SocketSessionDriver {
  return sessionDriver('a session over TCP', new SocketSessionLines(createSession));
}

/**
 * Drives an `HTTPServerSession` over TLS on loopback. Close the driver in the end: it listens.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { after, test } from 'node:test';
 *
 * const driver = tlsSessionDriver({ cert: readFileSync('cert.pem'), key: readFileSync('key.pem') });
 * after(() => driver.close());
 * testModel({ model: sessionModel, driver, it: test });
 * ```
 */
export function tlsSessionDriver(certificate: ServerCertificate): SocketSessionDriver {
  return sessionDriver('a session over TLS', new SocketSessionLines(plainSession, certificate));
}

function sessionDriver(name: string, lines: SessionLines): SocketSessionDriver {
  return {
    name,
    parties: ['peer', 'session'],
    start: async (journey) => new SessionSystem(journey, await lines.open(journey)),
    close: () => lines.close(),
  };
}
