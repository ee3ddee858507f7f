import type { ActorDetail, ActorList, ActorQuery, ChartDefinition, FleetFrame, Recording } from './shapes.js';

/** Ends a watch. */
export type Unwatch = () => void;

/** How a source is: `live` tells of changes, `lost` is being looked for again, `recording` does not change any more. */
export type SourceStatus = 'connecting' | 'live' | 'lost' | 'recording';

/**
 * Where the page gets what it shows: a server that aggregates, what a frame around the page tells it, or a file. All of
 * them answer by the same history.
 */
export interface Source {
  /** Told of the status now, and whenever it changes. */
  watchStatus(listener: (status: SourceStatus) => void): Unwatch;
  /** Told of the numbers now, and when they have changed; thirty times a second at the most. */
  watchFleet(listener: (frame: FleetFrame) => void): Unwatch;
  /** Told of one actor now, and when it or one of its children has changed; `null` when there is no such actor. */
  watchActor(id: string, listener: (actor: ActorDetail | null) => void): Unwatch;
  /** The numbers as they were. */
  fleetAt(at: number): Promise<FleetFrame>;
  list(query: ActorQuery): Promise<ActorList>;
  /** @throws Error for a key that is not there */
  definition(key: string): Promise<ChartDefinition>;
  recording(): Promise<Recording>;
  close(): void;
}
