import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Writable } from 'node:stream';

import { EXCHANGE_CHANNEL, type ExchangeMessage } from '../diagnostics.js';
import type { HTTPServer } from '../server/index.js';
import type { HTTPServerSession } from '../session/index.js';
import { writeLine } from './io.js';
import type { LOG_FORMATS } from './serve-table.js';
import { bytesInWords, printable } from './words.js';

/** How `serve --log` writes. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Sessions of other servers in this process that are remembered as such. */
const MAX_FOREIGN = 1_000;

/**
 * Writes a line for each answer of a server, those included that it gives by itself: 400, 408, 503 and the like. Bytes are
 * those on the connection, the head included. The query is left out: it may have a token in it.
 *
 * @returns a function that ends it.
 */
export function logAnswers(server: HTTPServer, format: LogFormat, output: Writable): () => void {
  return watchAnswers(server, (answer) => {
    writeLine(output, format === 'json' ? jsonLine(answer) : textLine(answer));
  });
}

/** Calls back with each answer of a server; returns a function that ends it. */
export function watchAnswers(server: HTTPServer, answered: (answer: Answer) => void): () => void {
  const sessions = new OwnSessions(server);
  const heard = (data: unknown): void => {
    const message = data as ExchangeMessage;
    const { role, phase, sessionId, outcome } = message;
    if (role !== 'server') return;
    const own = sessions.get(sessionId);
    // A connection that is refused is no session; only servers that serve here have any.
    if (own === null && sessionId !== 0) return;
    if (phase === 'begin') {
      own?.begin();
      return;
    }
    const report = (): void => {
      answered({ ...message, bytes: own?.bytes ?? 0 });
    };
    // What the server answers by itself is published first, and written then.
    if (outcome === 'failed') queueMicrotask(report);
    else report();
  };
  subscribe(EXCHANGE_CHANNEL, heard);
  return () => {
    unsubscribe(EXCHANGE_CHANNEL, heard);
  };
}

/** The end of an exchange, and how many bytes were sent for it. */
export type Answer = ExchangeMessage & { readonly bytes: number };

function textLine({ at, address, method, target, status, bytes, duration, error }: Answer): string {
  return [
    new Date(at).toISOString(),
    address?.address ?? '-',
    method === '' ? '-' : printable(method),
    target === '' ? '-' : printable(pathOf(target)),
    status ?? '-',
    bytesInWords(bytes),
    `${String(duration ?? 0)} ms`,
    ...(error === null ? [] : [error.code]),
  ].join(' ');
}

function jsonLine({ at, address, method, target, status, bytes, duration, error }: Answer): string {
  return JSON.stringify({
    time: new Date(at).toISOString(),
    address: address?.address,
    method,
    path: pathOf(target),
    status,
    bytes,
    ms: duration ?? 0,
    ...(error === null ? {} : { error: error.code }),
  });
}

function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/** A session, and what it had sent when its request came. */
class OwnSession {
  readonly #session: HTTPServerSession;
  #bytesBefore = 0;

  constructor(session: HTTPServerSession) {
    this.#session = session;
  }

  begin(): void {
    this.#bytesBefore = this.#session.core.bytesOut;
  }

  /** What was sent for the request. */
  get bytes(): number {
    return this.#session.core.bytesOut - this.#bytesBefore;
  }
}

/** The sessions of one server by their numbers: a process may have other servers, such as the page of the inspector. */
class OwnSessions {
  readonly #server: HTTPServer;
  #own = new Map<number, OwnSession>();
  readonly #foreign = new Set<number>();

  constructor(server: HTTPServer) {
    this.#server = server;
  }

  get(id: number): OwnSession | null {
    const known = this.#own.get(id);
    if (known !== undefined) return known;
    if (id === 0 || this.#foreign.has(id)) return null;
    this.#learn();
    const learned = this.#own.get(id);
    if (learned !== undefined) return learned;
    if (this.#foreign.size >= MAX_FOREIGN) this.#foreign.clear();
    this.#foreign.add(id);
    return null;
  }

  /** Takes over those that have come, and lets go of those that have left. */
  #learn(): void {
    const live = new Map<number, OwnSession>();
    for (const session of this.#server.sessions) {
      live.set(session.id, this.#own.get(session.id) ?? new OwnSession(session));
    }
    this.#own = live;
  }
}
