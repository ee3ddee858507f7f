import { channel, type Channel } from 'node:diagnostics_channel';

import type { CallEvent, CallTag } from '../../machines/client/call.events.js';
import type { CallState } from '../../machines/client/call.states.js';
import type { OriginEvent, OriginTag } from '../../machines/client/origin.events.js';
import type { OriginState } from '../../machines/client/origin.states.js';
import type { PlaceEvent, PlaceTag } from '../../machines/client/place.events.js';
import type { PlaceState } from '../../machines/client/place.states.js';
import type { ChartEdge } from '../chart/index.js';
import type { HTTPSessionError } from '../errors/index.js';

/** `diagnostics_channel` for every call of a client: one message when it is made, one when it is over. */
export const CALL_CHANNEL = 'http-session-machine:call';

/** `diagnostics_channel` for the pools of clients: connections that were opened or closed, and findings. */
export const POOL_CHANNEL = 'http-session-machine:pool';

/** `diagnostics_channel` for every transition of the charts of clients: pools, their places, and calls. */
export const CLIENT_TRANSITION_CHANNEL = 'http-session-machine:client-transition';

/**
 * The start or the end of a call: one request of your program, with all its attempts, retries and redirects. No message
 * holds a credential: user information and the query, where tokens often are, are left out.
 */
export interface CallMessage {
  /** `begin`: the call was made. `end`: it has settled, and its last exchange is over. */
  readonly phase: 'begin' | 'end';
  /** The call's number within this process. */
  readonly callId: number;
  /** The method of the request. */
  readonly method: string;
  /** The origin that was asked for: `https://api.example`. */
  readonly origin: string;
  /** The path that was asked for, without the query. The exchange channel has the whole request target of each attempt. */
  readonly target: string;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The number of the session that served the last attempt; `undefined` when none did. */
  readonly sessionId: number | undefined;
  /** How many requests were sent for it: 0 when it got no connection, more than 1 after a retry or a redirect. */
  readonly attempts: number;
  /** Whether its last attempt was sent on a connection that had served a request before; `undefined` at the start. */
  readonly reused: boolean | undefined;
  /** The status of the last response; `undefined` when there was none. */
  readonly status: number | undefined;
  /** How it ended; `aborted` by its signal, or by the end of its client. `undefined` at the start. */
  readonly outcome: 'completed' | 'failed' | 'aborted' | undefined;
  /** What it failed with. */
  readonly error: HTTPSessionError | null;
  /** How long its phases took; `undefined` at the start. */
  readonly durations: CallDurations | undefined;
}

/** How long the phases of a call took, in milliseconds. A phase that was not reached is `undefined`. */
export interface CallDurations {
  /** From the call to the session that was assigned to it last: waiting, connecting and earlier attempts. */
  readonly queue: number | undefined;
  /** What opening that connection took; `undefined` when it was open already. */
  readonly connect: number | undefined;
  /** From the start of the last attempt to the head of its response. */
  readonly head: number | undefined;
  /** From the call to its end. */
  readonly total: number;
}

/** What closed a connection of a pool. */
export type ConnectionCloser =
  | 'server' // it sent a FIN or a reset
  | 'surplus' // it sent bytes that no request had asked for
  | 'idle' // this side, after the idle timeout
  | 'age' // this side, after `connectionAge`
  | 'requests' // this side, after `connectionRequests`, or because the server keeps no connection
  | 'unread' // this side: a response was not read
  | 'unwanted' // this side: there were more idle connections than needed
  | 'drain' // this side, in `drain()`
  | 'aborted' // this side: a call was aborted, or the client destroyed
  | 'failed'; // an error of the exchange or of the connection

/** A pool, a place of a pool or a call has made a transition. */
export interface ClientTransitionMessage {
  /** The chart: of a pool (`origin`), of one of its places, or of a call. */
  readonly chart: 'origin' | 'place' | 'call';
  /** The number of the pool, the place or the call within this process. */
  readonly id: number;
  /** The number of the client within this process. */
  readonly clientId: number;
  /** The number of the pool; `undefined` for a call, which may visit several. */
  readonly poolId: number | undefined;
  /** The origin of the pool, or that the call was made to. */
  readonly origin: string;
  /** The number of the place's session; `undefined` for the other charts, and before it is connected. */
  readonly sessionId: number | undefined;
  /** Method and path of a call, without the query: `GET /orders`. */
  readonly request: string | undefined;
  /** The event that led there. */
  readonly event: OriginEvent['type'] | PlaceEvent['type'] | CallEvent['type'];
  /** The state before, dotted; parallel regions are joined by commas. */
  readonly from: OriginState | PlaceState | CallState;
  /** The state now, in the same form. */
  readonly to: OriginState | PlaceState | CallState;
  /** Whether nothing more happens there; a pool without connections and calls appears again with the next call. */
  readonly isOver: boolean;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** How long a place was in the state before, in milliseconds; `undefined` if nothing had subscribed when it entered that. */
  readonly heldFor: number | undefined;
}

/** A connection of a pool was opened or closed, or could not be opened. */
export interface ConnectionMessage {
  /** Tells the messages of the channel apart. A connection that was not opened is `refused`, and never `closed`. */
  readonly kind: 'opened' | 'refused' | 'closed';
  /** The origin of the pool. */
  readonly origin: string;
  /** The number of its place within this process. */
  readonly placeId: number;
  /** The number of its session; `undefined` if it was not opened. */
  readonly sessionId: number | undefined;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** How long it was open, in milliseconds, once it is closed. */
  readonly duration: number | undefined;
  /** How many requests were sent on it. */
  readonly requests: number;
  /**
   * What closed it, or why it was not opened: `failed`, or for example `unwanted` when it was given up. `switched` when it
   * left the pool with another protocol; `undefined` while it is open.
   */
  readonly closedBy: ConnectionCloser | 'switched' | undefined;
}

/** The server closes idle connections before the client does, so requests cross its FINs. */
export interface FindingMessage extends IdleFinding {
  /** Tells the messages of the channel apart. */
  readonly kind: 'finding';
  /** The origin of the pool. */
  readonly origin: string;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
}

/** What a pool has found out about its server's idle timeout. Durations are in milliseconds. */
export interface IdleFinding {
  /** A stable name. */
  readonly code: 'SERVER_CLOSES_FIRST';
  /** The idle timeout that the client had; 0 for none. */
  readonly ownIdle: number;
  /** After how much idle time the server was seen to close. */
  readonly serverIdle: number;
}

/** What is published about pools. */
export type PoolMessage = ConnectionMessage | FindingMessage;

/** See `CALL_CHANNEL`. A message is created only if there is a subscriber. */
export const calls = channel(CALL_CHANNEL) as Channel<unknown, CallMessage>;
/** See `POOL_CHANNEL`. */
export const pools = channel(POOL_CHANNEL) as Channel<unknown, PoolMessage>;

/** See `CLIENT_TRANSITION_CHANNEL`. */
export const clientTransitions = channel(CLIENT_TRANSITION_CHANNEL) as Channel<
  unknown,
  ClientTransitionMessage
>;

/** Watches transitions in this process, with the session of a place. */
export type ClientWatcher = (message: ClientTransitionMessage, session: object | null) => void;

const watchers = new Set<ClientWatcher>();

/** Watches transitions, for the inspector; returns a function that ends it. The watcher must not throw. */
export function watchClients(watcher: ClientWatcher): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** A pool, as those who watch clients see it. */
export interface WatchedPool {
  readonly id: number;
  readonly clientId: number;
  readonly origin: string;
}

/** Sees the transitions of clients by direct call, at a fraction of what messages cost. It must not throw. */
export interface ClientWatch {
  poolMoved(pool: WatchedPool, edge: ChartEdge, at: number): void;
  placeMoved(
    place: { readonly id: number; readonly session: object | null },
    pool: WatchedPool,
    edge: ChartEdge,
    at: number,
  ): void;
  callMoved(
    call: { readonly id: number; readonly method: string; readonly target: string },
    client: Pick<WatchedPool, 'clientId' | 'origin'>,
    edge: ChartEdge,
    at: number,
  ): void;
}

/** Who watches at first hand; mostly none. */
export const clientWatches = new Set<ClientWatch>();

/** Whether a transition to this state is the last one of a pool, a place or a call. */
export function isOver({ target: { tags } }: ChartEdge): boolean {
  return OVER.some((tag) => tags.has(tag));
}

/** Whether transitions are published. */
export function hasClientWatchers(): boolean {
  return watchers.size > 0 || clientTransitions.hasSubscribers;
}

/** What a transition is of, and when. */
export type ClientMove = Omit<ClientTransitionMessage, 'event' | 'from' | 'to' | 'isOver'>;

/** Publishes a transition. Call it only if there are watchers. */
export function publishClientMove(move: ClientMove, edge: ChartEdge, session: object | null = null): void {
  const message: ClientTransitionMessage = {
    ...move,
    event: edge.event as ClientTransitionMessage['event'],
    from: edge.source.name as ClientTransitionMessage['from'],
    to: edge.target.name as ClientTransitionMessage['to'],
    isOver: isOver(edge),
  };
  clientTransitions.publish(message);
  for (const watcher of watchers) watcher(message, session);
}

/** The tags of states in which nothing more happens, of whichever chart. */
const OVER: readonly (OriginTag | PlaceTag | CallTag)[] = ['quiet', 'closed', 'gone', 'over'];

let lastClientId = 0;

/** The number of a new client. */
export function nextClientId(): number {
  return ++lastClientId;
}

/** What is known of a call; `undefined` for what has not happened. Times are monotonic, in milliseconds. */
export interface CallRecord {
  readonly id: number;
  readonly method: string;
  /** The request target; its query is not published. */
  readonly target: string;
  readonly attempts: number;
  readonly startedAt: number;
  /** 0 for not yet. */
  readonly assignedAt: number;
  /** 0 for not yet. */
  readonly sentAt: number;
  /** 0 for not yet. */
  readonly answeredAt: number;
}

/** How a call has ended. */
export interface CallEnd {
  readonly sessionId: number | undefined;
  readonly reused: boolean;
  readonly status: number | undefined;
  readonly outcome: 'completed' | 'failed' | 'aborted';
  readonly error: HTTPSessionError | null;
  /** What opening the connection of the last attempt took, if it was opened for it. */
  readonly connect: number | undefined;
}

/** Publishes that a call was made; `at` in milliseconds since the Unix epoch. */
export function publishCallBegin(origin: string, call: CallRecord, at: number): void {
  if (!calls.hasSubscribers) return;
  calls.publish({
    phase: 'begin',
    ...nameOf(origin, call),
    at,
    sessionId: undefined,
    reused: undefined,
    status: undefined,
    outcome: undefined,
    error: null,
    durations: undefined,
  });
}

/** Publishes that a call is over; `at` in milliseconds since the Unix epoch, `now` monotonic. */
export function publishCallEnd(
  origin: string,
  call: CallRecord,
  end: CallEnd,
  at: number,
  now: number,
): void {
  if (!calls.hasSubscribers) return;
  const { connect, ...how } = end;
  const { startedAt, assignedAt, sentAt, answeredAt } = call;
  calls.publish({
    phase: 'end',
    ...nameOf(origin, call),
    at,
    ...how,
    durations: {
      queue: assignedAt === 0 ? undefined : assignedAt - startedAt,
      connect,
      head: answeredAt === 0 || answeredAt < sentAt ? undefined : answeredAt - sentAt,
      total: now - startedAt,
    },
  });
}

function nameOf(
  origin: string,
  call: CallRecord,
): Pick<CallMessage, 'callId' | 'method' | 'origin' | 'target' | 'attempts'> {
  const { id, method, target, attempts } = call;
  const query = target.indexOf('?');
  return { callId: id, method, origin, target: query === -1 ? target : target.slice(0, query), attempts };
}

/** Publishes what a pool has found out; `at` in milliseconds since the Unix epoch. */
export function publishFinding(origin: string, finding: IdleFinding, at: number): void {
  if (pools.hasSubscribers) pools.publish({ kind: 'finding', origin, ...finding, at });
}
