import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';

import { CALL_CHANNEL, type CallMessage } from '../client/index.js';
import {
  EXCHANGE_CHANNEL,
  TRANSITION_CHANNEL,
  type ExchangeMessage,
  type TransitionMessage,
} from '../diagnostics.js';
import type { Clock } from '../transport/index.js';

/** What is known of a connection. Times are in milliseconds of the clock. */
interface WatchedConnection {
  state: string;
  address: string | undefined;
  /** When it began to connect; `undefined` if that was not seen. */
  connectingAt: number | undefined;
  connectedAt: number | undefined;
}

/** How long the phases of a request took, in milliseconds; what did not happen is left out. */
export interface Phases {
  readonly lookup?: number;
  readonly connect?: number;
  readonly tls?: number;
  /** From the request, as the last of several was sent, to the head of its response. */
  readonly firstByte?: number;
  /** From the head to the end of the body. */
  readonly transfer?: number;
  readonly total: number;
}

/** Connections that are remembered; a request uses its own within moments. */
const MAX_CONNECTIONS = 4_096;

/** Clocks of Node.js differ by less, in milliseconds. */
const TOLERANCE = 1;

/** Watches the calls of clients of this process and the connections that they use, by the channels of diagnostics. */
export class CallWatch {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #connections = new Map<number, WatchedConnection>();
  readonly #calls = new Map<number, CallMessage | null>();
  #latest = 0;
  #entries: PerformanceEntry[] = [];
  readonly #observer: PerformanceObserver | null;

  /** @param timing - whether look-ups and TCP connections are timed, too. */
  constructor(clock: Pick<Clock, 'now'>, timing: boolean) {
    this.#clock = clock;
    subscribe(CALL_CHANNEL, this.#heardCall);
    subscribe(EXCHANGE_CHANNEL, this.#heardExchange);
    subscribe(TRANSITION_CHANNEL, this.#heardTransition);
    this.#observer = timing ? new PerformanceObserver((list) => this.#keep(list.getEntries())) : null;
    this.#observer?.observe({ entryTypes: ['dns', 'net'] });
  }

  /** Ends it. */
  close(): void {
    unsubscribe(CALL_CHANNEL, this.#heardCall);
    unsubscribe(EXCHANGE_CHANNEL, this.#heardExchange);
    unsubscribe(TRANSITION_CHANNEL, this.#heardTransition);
    this.#observer?.disconnect();
  }

  /** Calls `begin`, which makes one call before it returns; returns what it does, and the number of the call. */
  callOf<TResult>(begin: () => TResult): { readonly result: TResult; readonly callId: number } {
    this.#latest = 0;
    const result = begin();
    this.#calls.set(this.#latest, null);
    return { result, callId: this.#latest };
  }

  /** Forgets a call, whose connection may be used by others. */
  forget(callId: number): void {
    this.#calls.delete(callId);
  }

  /** The peer of a call as `127.0.0.1:8080`, and the state of its connection. */
  connectionOf(callId: number): { readonly address?: string; readonly state?: string } {
    const connection = this.#connectionOf(callId);
    if (connection === undefined) return {};
    const { address, state } = connection;
    return address === undefined ? { state } : { address, state };
  }

  /** How long the phases of a call took. */
  phasesOf(callId: number, times: { startedAt: number; headAt: number; endedAt: number }): Phases {
    const { startedAt, headAt, endedAt } = times;
    const call = this.#calls.get(callId);
    const firstByte = call?.durations?.head;
    return {
      ...this.#openingOf(callId, startedAt, call?.origin.startsWith('https:') === true),
      ...(firstByte === undefined ? {} : { firstByte }),
      transfer: endedAt - headAt,
      total: endedAt - startedAt,
    };
  }

  #openingOf(callId: number, startedAt: number, isSecure: boolean): Partial<Phases> {
    const { connectingAt, connectedAt } = this.#connectionOf(callId) ?? {};
    if (connectingAt === undefined || connectedAt === undefined || connectingAt < startedAt) return {};
    this.#keep(this.#observer?.takeRecords() ?? []);
    // A session says that it connects once it has begun to look up, so the beginning of the call is the bound.
    const within = (type: string): PerformanceEntry | undefined => {
      const at = this.#entries.findLastIndex(
        ({ entryType, startTime, duration }) =>
          entryType === type &&
          startTime >= startedAt - TOLERANCE &&
          startTime + duration <= connectedAt + TOLERANCE,
      );
      return at === -1 ? undefined : this.#entries.splice(at, 1)[0];
    };
    const lookup = within('dns');
    const tcp = within('net');
    const { duration: connect = connectedAt - connectingAt } = tcp ?? {};
    return {
      ...(lookup === undefined ? {} : { lookup: lookup.duration }),
      connect,
      ...(isSecure && tcp !== undefined
        ? { tls: Math.max(0, connectedAt - tcp.startTime - tcp.duration) }
        : {}),
    };
  }

  #connectionOf(callId: number): WatchedConnection | undefined {
    const sessionId = this.#calls.get(callId)?.sessionId;
    return sessionId === undefined ? undefined : this.#connections.get(sessionId);
  }

  #keep(entries: PerformanceEntry[]): void {
    this.#entries.push(...entries);
    this.#entries = this.#entries.slice(-MAX_CONNECTIONS);
  }

  #connection(sessionId: number): WatchedConnection {
    const known = this.#connections.get(sessionId);
    if (known !== undefined) return known;
    const made: WatchedConnection = {
      state: '',
      address: undefined,
      connectingAt: undefined,
      connectedAt: undefined,
    };
    this.#connections.set(sessionId, made);
    if (this.#connections.size > MAX_CONNECTIONS) {
      for (const oldest of this.#connections.keys()) {
        this.#connections.delete(oldest);
        break;
      }
    }
    return made;
  }

  readonly #heardCall = (data: unknown): void => {
    const message = data as CallMessage;
    if (message.phase === 'begin') this.#latest = message.callId;
    else if (this.#calls.has(message.callId)) this.#calls.set(message.callId, message);
  };

  readonly #heardExchange = (data: unknown): void => {
    const { role, sessionId, address } = data as ExchangeMessage;
    if (role !== 'client' || address === undefined) return;
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    this.#connection(sessionId).address = `${host}:${String(address.port)}`;
  };

  readonly #heardTransition = (data: unknown): void => {
    const { role, chart, sessionId, event, to } = data as TransitionMessage;
    if (role !== 'client' || chart !== 'session') return;
    const connection = this.#connection(sessionId);
    connection.state = to;
    if (event === 'session.connect') {
      connection.connectingAt = this.#clock.now();
      connection.connectedAt = undefined;
    } else connection.connectedAt ??= this.#clock.now();
  };
}
