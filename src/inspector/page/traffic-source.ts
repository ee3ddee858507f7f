import type { ActorSummary, ChartCounts, ActorQuery, ActorOrder } from '../model/shapes.js';
import type { Source, Unwatch } from '../model/source.js';
import type {
  History,
  HistoryQuery,
  PathRow,
  Pulse,
  RequestList,
  RequestQuery,
} from '../model/traffic-shapes.js';

/** TEMPORARY until the branch data is merged. */
export interface TrafficSource extends Source {
  watchPulse(listener: (pulse: Pulse) => void): Unwatch;
  requests(query: RequestQuery): Promise<RequestList>;
  paths(query: RequestQuery): Promise<readonly PathRow[]>;
  history(query: HistoryQuery): Promise<History>;
}
export interface Summary extends ActorSummary {
  readonly last: {
    readonly method: string;
    readonly path: string;
    readonly status: number | null;
    readonly code: string | null;
  } | null;
  readonly process: string;
  readonly endedAt: number | null;
}
export type Counts = ChartCounts & { readonly endedStates?: Readonly<Record<string, number>> };
export type Order = ActorOrder | 'peer' | 'state' | 'process' | 'path' | 'status' | 'code';
export type SummaryQuery = Omit<ActorQuery, 'order'> & { readonly order?: Order; readonly offset?: number };
