import { faultCode, type FaultMessage } from '../../diagnostics.js';
import { describeValue, type HTTPSessionError } from '../../errors/index.js';
import {
  HTTPClientSession,
  HTTPServerSession,
  HTTPSession,
  type SessionCore,
  type SessionLedger,
} from '../../session/index.js';
import type { TransportDescription } from '../../transport/index.js';
import type { ActorSubject } from '../model/actor-entry.js';
import type { EndAddress, LastRequest, SessionReport, SessionTotals } from '../model/shapes.js';
import { reportWithoutQueries, withoutQuery } from '../model/without-queries.js';

/** What the page shows of a session of this process: counters, timers, addresses, and the last error. */
export class SessionSubject implements ActorSubject {
  readonly #session: { readonly core: SessionLedger };
  readonly #hasQueries: boolean;
  #errors = 0;
  /** As it describes itself. */
  #lastError: object | null = null;
  /** Kept because a closed socket no longer knows its addresses. */
  #lastSocket: TransportDescription | null = null;
  #due: Readonly<Record<string, number>> = {};
  #peer: string | null = null;
  #lastCode: string | null = null;

  /** @param hasQueries - whether reports have the queries of targets */
  constructor(session: object, hasQueries = false) {
    this.#session = session as { readonly core: SessionLedger };
    this.#hasQueries = hasQueries;
    this.look();
  }

  /** The number of the session within the process. */
  get sessionId(): number {
    return this.#session.core.id;
  }

  get core(): SessionLedger {
    return this.#session.core;
  }

  get role(): 'server' | 'client' {
    return this.#session.core.role.kind;
  }

  /** Records the addresses while there is a connection. */
  look(): void {
    const { transport } = this.#session.core as unknown as Partial<SessionCore>;
    const socket = transport?.toJSON() ?? this.#supervised() ?? this.#lastSocket;
    if (socket === this.#lastSocket) return;
    this.#lastSocket = socket;
    this.#peer = peerText(endOf(socket?.remote));
  }

  /** Sessions of `supervise()` have no transport: the socket belongs to node:http. */
  #supervised(): TransportDescription | null {
    const { clientAddress, serverAddress } = this.#session as Partial<HTTPSession>;
    const remote = clientAddress?.call(this.#session as HTTPSession) ?? undefined;
    const local = serverAddress?.call(this.#session as HTTPSession) ?? undefined;
    if (this.#session instanceof HTTPSession || remote === undefined) return null;
    return { id: 0, kind: 'tcp', local, remote };
  }

  /** Records an error of this session. */
  failed(error: HTTPSessionError): void {
    this.#errors++;
    this.#lastError = error.toJSON();
    this.#lastCode = error.code;
  }

  /** Records a fault: what a handler or a listener of this session threw, or a handler that takes long. @returns its code */
  faulted(where: FaultMessage['where'], error: unknown): string {
    this.#errors++;
    const { name, message: full, code = faultCode(where) } = textsOf(error);
    const { requestTarget: target } = this.core;
    const isTold = this.#hasQueries || target === '';
    const message = isTold ? full : full.replaceAll(target, () => withoutQuery(target));
    // An error of a slow handler begins with that word.
    const text = message.startsWith(`${where}: `) ? message.slice(where.length + 2) : message;
    const told = text.length > MAX_TARGET ? `${text.slice(0, MAX_TARGET)} ...` : text;
    this.#lastError = { name, code, message: `fault of the ${where}: ${told}` };
    this.#lastCode = code;
    return code;
  }

  get peer(): string | null {
    return this.#peer;
  }

  get last(): LastRequest | null {
    const { requestNumber, requestMethod: method, requestTarget, responseStatus } = this.#session.core;
    if (requestNumber === 0 && this.#lastCode === null) return null;
    const path = withoutQuery(requestTarget.slice(0, MAX_TARGET));
    return { method, path, status: responseStatus || null, code: this.#lastCode };
  }

  get totals(): SessionTotals {
    const { requestNumber, bytesIn, bytesOut } = this.#session.core;
    return { requests: requestNumber, bytesIn, bytesOut, errors: this.#errors };
  }

  /** A timer that was not moved keeps its time to the millisecond, so that a report of a session at rest does not change. */
  #dueTimers(): Readonly<Record<string, number>> {
    const core = this.#session.core as SessionLedger & Partial<Pick<SessionCore, 'timersLeft'>>;
    const now = core.clock.wallTime();
    const left = Object.entries(core.timersLeft?.() ?? {});
    this.#due = Object.fromEntries(
      left.map(([name, ms]) => {
        const [due, before = 0] = [Math.round(now + ms), this.#due[name]];
        return [name, Math.abs(due - before) < SAME_TIME ? before : due];
      }),
    );
    return this.#due;
  }

  report(): SessionReport {
    this.look();
    const { core } = this.#session;
    const { requestNumber, requestMethod, requestTarget, responseStatus } = core;
    const report: SessionReport = {
      role: core.role.kind,
      local: endOf(this.#lastSocket?.local),
      remote: endOf(this.#lastSocket?.remote),
      socket: this.#lastSocket?.kind ?? null,
      timers: timersOf(this.#session),
      armed: (core as unknown as Partial<SessionCore>).armedTimer ?? null,
      due: this.#dueTimers(),
      totals: this.totals,
      request:
        requestNumber === 0
          ? null
          : { number: requestNumber, method: requestMethod, target: requestTarget.slice(0, MAX_TARGET) },
      response: responseStatus || null,
      error: core.exception?.toJSON() ?? this.#lastError,
    };
    return this.#hasQueries ? report : reportWithoutQueries(report);
  }
}

/** Two clocks that are read one after the other differ by less, in milliseconds. */
const SAME_TIME = 50;

/** As long as in the context of an error. */
const MAX_TARGET = 256;

/** The texts of what was thrown, which may be anything. */
function textsOf(error: unknown): { name: string; message: string; code?: string } {
  try {
    const { name, message, code } = error as Partial<Record<'name' | 'message' | 'code', unknown>>;
    if (typeof name === 'string' && typeof message === 'string') {
      return { name, message, ...(typeof code === 'string' && { code }) };
    }
  } catch {
    // Its members throw, too.
  }
  return { name: 'Error', message: describeValue(error) };
}

function peerText(remote: EndAddress | null): string | null {
  if (remote === null) return null;
  const host = remote.address.includes(':') ? `[${remote.address}]` : remote.address;
  return `${host}:${String(remote.port)}`;
}

function endOf(end: EndAddress | undefined): EndAddress | null {
  return end === undefined ? null : { address: end.address, port: end.port };
}

function timersOf(session: object): Record<string, number> {
  if (session instanceof HTTPServerSession) return { ...session.timers };
  if (!(session instanceof HTTPClientSession)) return {};
  return {
    connect: session.getConnectTimeout(),
    send: session.getSendTimeout(),
    receive: session.getTimeout(),
    keepAlive: session.getKeepAliveTimeout(),
  };
}
