import type { ActorDetail, ActorList, ActorQuery, ChartDefinition, FleetFrame, Recording } from './shapes.js';
import type {
  History,
  HistoryQuery,
  Minute,
  MinuteQuery,
  PathRow,
  Pulse,
  RequestList,
  RequestQuery,
} from './traffic-shapes.js';

/** Ends a watch. */
export type Unwatch = () => void;

/** The status of a source: `live` sends changes, `lost` is reconnecting, `recording` does not change. */
export type SourceStatus = 'connecting' | 'live' | 'lost' | 'recording';

/** Where the page gets its data: a server that aggregates, the window around the page, or a file. */
export interface Source {
  /** Calls back with the status now, and at every change. */
  watchStatus(listener: (status: SourceStatus) => void): Unwatch;
  /** Calls back with the counts now, and when they change, at most 30 times a second. */
  watchFleet(listener: (frame: FleetFrame) => void): Unwatch;
  /** Calls back with the last minute now, and once a second. */
  watchPulse(listener: (pulse: Pulse) => void): Unwatch;
  /** Calls back with an actor now, and when it or a child changes; `null` if it is unknown. */
  watchActor(id: string, listener: (actor: ActorDetail | null) => void): Unwatch;
  /** An actor as it was at a time, with its changes around it. @throws Error where it is not known */
  actorAt(id: string, at: number): Promise<ActorDetail>;
  /** The counts at a time; before the detail begins, those of the second then. */
  fleetAt(at: number): Promise<FleetFrame>;
  list(query: ActorQuery): Promise<ActorList>;
  requests(query: RequestQuery): Promise<RequestList>;
  /** The requests by method and path: at most `limit`, those with the most, or by `duration` those with the longest. */
  paths(query: RequestQuery): Promise<readonly PathRow[]>;
  /** The minute before a time. */
  minute(query: MinuteQuery): Promise<Minute>;
  /** What happened when. */
  history(query: HistoryQuery): Promise<History>;
  /** @throws Error for an unknown key */
  definition(key: string): Promise<ChartDefinition>;
  recording(): Promise<Recording>;
  close(): void;
}
