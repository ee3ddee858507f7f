import type { SessionDriver } from '../driver.js';
import { memoryLines } from './memory-line.js';
import type { SessionLines } from './session-line.js';
import { SessionSystem } from './session-system.js';
import { socketLines, type ServerCertificate } from './socket-line.js';
import { StepClock } from './step-clock.js';

/** A driver of sessions that has to be closed in the end. */
export type SocketSessionDriver = SessionDriver & Required<Pick<SessionDriver, 'close'>>;

/** Drives a session of this package over connections in memory. */
export function memorySessionDriver(): SessionDriver {
  return sessionDriver('a session over memory', memoryLines);
}

/** Drives a session of this package over TCP on loopback. Close it in the end: it listens. */
export function tcpSessionDriver(): SocketSessionDriver {
  return sessionDriver('a session over TCP', socketLines());
}

/** Drives a session of this package over TLS on loopback. Close it in the end: it listens. */
export function tlsSessionDriver(certificate: ServerCertificate): SocketSessionDriver {
  return sessionDriver('a session over TLS', socketLines(certificate));
}

function sessionDriver(name: string, lines: SessionLines): SocketSessionDriver {
  return {
    name,
    parties: ['peer', 'session'],
    start: async (journey) => new SessionSystem(journey, await lines.open(journey), new StepClock()),
    close: () => lines.close(),
  };
}
