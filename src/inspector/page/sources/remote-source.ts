import type {
  ActorDetail,
  ActorList,
  ActorQuery,
  ChartDefinition,
  FleetFrame,
  Recording,
} from '../../model/shapes.js';
import type {
  History,
  HistoryQuery,
  Minute,
  MinuteQuery,
  PathRow,
  Pulse,
  RequestList,
  RequestQuery,
} from '../../model/traffic-shapes.js';
import type { Source, SourceStatus, Unwatch } from '../../model/source.js';
import { Listeners } from './listeners.js';

/** How much of the log of an opened actor is kept; the server has sent it, and would send it again. */
const KEPT_LOG = 2000;

/** The server that the page came from. */
export class RemoteSource implements Source {
  readonly #status = new Listeners<SourceStatus>();
  readonly #fleet = new Listeners<FleetFrame>();
  readonly #pulse = new Listeners<Pulse>();
  readonly #definitions = new Map<string, Promise<ChartDefinition>>();
  readonly #unwatch: Unwatch;

  constructor() {
    this.#status.tell('connecting');
    this.#unwatch = listenToFeed('api/feed', {
      opened: () => {
        // It may be another process by now, with other charts.
        this.#definitions.clear();
        this.#status.tell('live');
      },
      messages: {
        fleet: (data) => {
          this.#fleet.tell(data as FleetFrame);
        },
        pulse: (data) => {
          this.#pulse.tell(data as Pulse);
        },
      },
      lost: () => {
        this.#status.tell('lost');
      },
    });
  }

  watchStatus(listener: (status: SourceStatus) => void): Unwatch {
    return this.#status.add(listener);
  }

  watchFleet(listener: (frame: FleetFrame) => void): Unwatch {
    return this.#fleet.add(listener);
  }

  watchPulse(listener: (pulse: Pulse) => void): Unwatch {
    return this.#pulse.add(listener);
  }

  watchActor(id: string, listener: (actor: ActorDetail | null) => void): Unwatch {
    let known: ActorDetail | null = null;
    return listenToFeed(`api/actors/${encodeURIComponent(id)}/feed`, {
      opened: () => {
        known = null;
      },
      messages: {
        actor: (data) => {
          known = withEarlierLog(known, data as ActorDetail | null);
          listener(known);
        },
      },
      // The other feed reports it.
      lost: () => undefined,
    });
  }

  actorAt(id: string, at: number): Promise<ActorDetail> {
    return fetchJson<ActorDetail>(`api/actors/${encodeURIComponent(id)}?at=${at}`);
  }

  fleetAt(at: number): Promise<FleetFrame> {
    return fetchJson<FleetFrame>(`api/fleet?at=${at}`);
  }

  list(query: ActorQuery): Promise<ActorList> {
    return fetchJson<ActorList>(`api/actors?${paramsOf(query)}`);
  }

  requests(query: RequestQuery): Promise<RequestList> {
    return fetchJson<RequestList>(`api/requests?${paramsOf(query)}`);
  }

  paths(query: RequestQuery): Promise<readonly PathRow[]> {
    return fetchJson<readonly PathRow[]>(`api/paths?${paramsOf(query)}`);
  }

  minute(query: MinuteQuery): Promise<Minute> {
    return fetchJson<Minute>(`api/minute?${paramsOf(query)}`);
  }

  history(query: HistoryQuery): Promise<History> {
    return fetchJson<History>(`api/history?${paramsOf(query)}`);
  }

  definition(key: string): Promise<ChartDefinition> {
    const known = this.#definitions.get(key);
    if (known !== undefined) return known;
    const asked = fetchJson<ChartDefinition>(`api/definitions/${encodeURIComponent(key)}`);
    this.#definitions.set(key, asked);
    asked.catch(() => this.#definitions.delete(key));
    return asked;
  }

  recording(): Promise<Recording> {
    return fetchJson<Recording>('api/recording');
  }

  close(): void {
    this.#unwatch();
  }
}

/** After the first report, the server sends new changes only. */
function withEarlierLog(earlier: ActorDetail | null, actor: ActorDetail | null): ActorDetail | null {
  if (actor === null || earlier === null) return actor;
  const last = earlier.log.at(-1)?.number ?? -1;
  const log = [...earlier.log, ...actor.log.filter(({ number }) => number > last)];
  const kept = log.slice(-KEPT_LOG);
  const keptSince = kept.length < log.length ? (kept[0]?.at ?? 0) : 0;
  return { ...actor, log: kept, logSince: Math.max(earlier.logSince, actor.logSince, keptSince) };
}

function paramsOf(query: object): string {
  const params = Object.entries(query).filter(([, value]) => value !== undefined);
  return new URLSearchParams(params.map(([name, value]) => [name, String(value)])).toString();
}

async function fetchJson<T>(address: string): Promise<T> {
  // Browsers say why in words of their own: `Failed to fetch`.
  const response = await fetch(address).catch((cause: unknown) => {
    throw new Error('the server is gone', { cause });
  });
  if (!response.ok) throw new Error(`the inspector's server answers ${response.status} to ${address}`);
  return (await response.json()) as T;
}

/** Browsers wait longer after a lost connection, and never reconnect after a response that is not a feed. */
const RETRY_MS = 1000;

/** The callbacks of a feed of server-sent events. */
interface FeedListener {
  /** The connection is open again: what was reported before is void. */
  opened(): void;
  /** By the kind of event. */
  readonly messages: Readonly<Record<string, (data: unknown) => void>>;
  lost(): void;
}

/** Listens to server-sent events, and does not give up when the server is gone. */
function listenToFeed(address: string, listener: FeedListener): Unwatch {
  let feed: EventSource;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const connect = (): void => {
    feed = new EventSource(address);
    feed.addEventListener('open', () => {
      listener.opened();
    });
    for (const [event, hear] of Object.entries(listener.messages)) {
      feed.addEventListener(event, ({ data }: MessageEvent<string>) => {
        hear(JSON.parse(data));
      });
    }
    feed.addEventListener('error', () => {
      feed.close();
      listener.lost();
      retry = setTimeout(connect, RETRY_MS);
    });
  };
  connect();
  return () => {
    clearTimeout(retry);
    feed.close();
  };
}
