import type { InspectionModel } from '../../model/inspection-model.js';
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

/** Thirty times a second. */
const TOLD_EVERY_MS = 33;
const SECOND_MS = 1_000;

/** A model within the page: of a recording, or of what another window reports. */
export class LocalSource implements Source {
  readonly #model: InspectionModel;
  readonly #closed: () => void;
  readonly #status = new Listeners<SourceStatus>();

  /** @param closed - called when the source is not needed any more */
  constructor(model: InspectionModel, status: SourceStatus, closed: () => void = () => undefined) {
    this.#model = model;
    this.#closed = closed;
    this.#status.tell(status);
  }

  /** Reports another status from now on. */
  become(status: SourceStatus): void {
    this.#status.tell(status);
  }

  watchStatus(listener: (status: SourceStatus) => void): Unwatch {
    return this.#status.add(listener);
  }

  watchFleet(listener: (frame: FleetFrame) => void): Unwatch {
    return this.#watch(() => {
      listener(this.#model.fleet());
    });
  }

  watchPulse(listener: (pulse: Pulse) => void): Unwatch {
    const tell = (): void => {
      listener(this.#model.pulse());
    };
    const timer = setInterval(tell, SECOND_MS);
    tell();
    return () => {
      clearInterval(timer);
    };
  }

  watchActor(id: string, listener: (actor: ActorDetail | null) => void): Unwatch {
    return this.#watch(() => {
      listener(this.#model.actor(id));
    });
  }

  /** Reports at once, and then changes in batches. */
  #watch(tell: () => void): Unwatch {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = this.#model.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        tell();
      }, TOLD_EVERY_MS);
    });
    tell();
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }

  actorAt(id: string, at: number): Promise<ActorDetail> {
    const actor = this.#model.actor(id, 0, at);
    return actor === null ? Promise.reject(new Error(`there is no actor "${id}"`)) : Promise.resolve(actor);
  }

  fleetAt(at: number): Promise<FleetFrame> {
    return Promise.resolve(this.#model.fleet(at));
  }

  list(query: ActorQuery): Promise<ActorList> {
    return Promise.resolve(this.#model.list(query));
  }

  requests(query: RequestQuery): Promise<RequestList> {
    return Promise.resolve(this.#model.requests(query));
  }

  paths(query: RequestQuery): Promise<readonly PathRow[]> {
    return Promise.resolve(this.#model.paths(query));
  }

  minute(query: MinuteQuery): Promise<Minute> {
    return Promise.resolve(this.#model.minute(query));
  }

  history(query: HistoryQuery): Promise<History> {
    return Promise.resolve(this.#model.history(query));
  }

  definition(key: string): Promise<ChartDefinition> {
    const definition = this.#model.definition(key);
    return definition === undefined
      ? Promise.reject(new Error(`there is no chart "${key}"`))
      : Promise.resolve(definition);
  }

  recording(): Promise<Recording> {
    return Promise.resolve(this.#model.recording());
  }

  close(): void {
    this.#closed();
  }
}
