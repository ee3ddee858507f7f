import { CALL_EVENTS } from '../../../machines/client/call.events.js';
import { CALL_TABLE } from '../../../machines/client/call.table.js';
import { ORIGIN_EVENTS } from '../../../machines/client/origin.events.js';
import { ORIGIN_TABLE } from '../../../machines/client/origin.table.js';
import { PLACE_EVENTS } from '../../../machines/client/place.events.js';
import { PLACE_TABLE } from '../../../machines/client/place.table.js';
import { Chart, type ChartEdge } from '../../../src/chart/index.js';
import { publishClientMove } from '../../../src/client/diagnostics.js';
import { PoolPublisher } from '../../../src/client/pool/pool-publisher.js';
import { VirtualClock } from '../../../src/transport/index.js';

type Walk = (event: string) => ChartEdge;

const ORIGIN = new Chart(ORIGIN_TABLE);
const PLACE = new Chart(PLACE_TABLE);
const CALL = new Chart(CALL_TABLE);

/** Walks a chart by the names of events. */
function walkOf<TEvent extends string>(chart: Chart<TEvent>, events: readonly TEvent[]): Walk {
  let node = chart.initial;
  return (event) => {
    const edge = chart.edge(node, events.indexOf(event as TEvent));
    if (edge === null) throw new Error(`${chart.id}: ${event} is ignored in ${node.name}`);
    node = edge.target;
    return edge;
  };
}

/** A place that publishes like those of a pool. */
export class PublishedPlace {
  session: { readonly id: number } | null = null;
  openedAt = 0;
  requests = 0;
  readonly id: number;
  readonly #publisher: PoolPublisher;
  readonly #walk = walkOf(PLACE, PLACE_EVENTS);

  constructor(id: number, publisher: PoolPublisher) {
    this.id = id;
    this.#publisher = publisher;
  }

  send(...events: string[]): this {
    for (const event of events) this.#publisher.placeMoved(this, this.#walk(event));
    return this;
  }
}

/** What a pool publishes, without the pool: its places and calls make the transitions that a test wants. */
export class PublishedPool {
  readonly clock = new VirtualClock(1_000_000);
  readonly publisher: PoolPublisher;
  readonly #clientId: number;
  readonly #origin: string;
  readonly #walk = walkOf(ORIGIN, ORIGIN_EVENTS);
  #ids = 0;

  constructor(clientId: number, origin = 'https://api.example') {
    this.#clientId = clientId;
    this.#origin = origin;
    this.publisher = new PoolPublisher(clientId, origin, this.clock);
  }

  /** The chart of the pool itself. */
  send(...events: string[]): void {
    for (const event of events) this.publisher.originMoved(this.#walk(event));
  }

  place(): PublishedPlace {
    return new PublishedPlace(++this.#ids, this.publisher);
  }

  /** A call makes these transitions. */
  call(...events: string[]): void {
    const id = ++this.#ids;
    const walk = walkOf(CALL, CALL_EVENTS);
    for (const event of events) {
      publishClientMove(
        {
          ...{ chart: 'call', id, clientId: this.#clientId, poolId: undefined, origin: this.#origin },
          ...{ sessionId: undefined, request: 'GET /orders', at: this.clock.wallTime(), heldFor: undefined },
        },
        walk(event),
      );
    }
  }
}
