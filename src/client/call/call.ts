import type { CallEvent, CallTag } from '../../../machines/client/call.events.js';
import { callMachine } from '../../../machines/client/call.machine.js';
import type { CallState } from '../../../machines/client/call.states.js';
import { CALL_TABLE } from '../../../machines/client/call.table.js';
import { bindMachine } from '../../chart/actors.js';
import {
  Chart,
  looking,
  lookIfInspected,
  sendTo,
  type ChartEdge,
  type ChartNode,
  type ChartWalk,
  type Implementation,
  type Look,
} from '../../chart/index.js';
import { reportFault } from '../../diagnostics.js';
import { AbortedError, type AttemptRecord, type HTTPSessionError } from '../../errors/index.js';
import type { Clock } from '../../transport/index.js';
import {
  calls,
  clientWatches,
  hasClientWatchers,
  publishCallBegin,
  publishCallEnd,
  publishClientMove,
} from '../diagnostics.js';

const chart = new Chart(CALL_TABLE);
bindMachine(chart, callMachine);

const implementation: Implementation<Call, CallEvent> = {
  actions: {},
  services: {},
  transitioned: (call, edge) => {
    call.moved(edge);
  },
  failed: (_call, error) => {
    reportFault('implementation', error);
  },
};

/** Events are the same objects every time: none has a payload. */
const EVENTS = Object.fromEntries(chart.events.map((type) => [type, { type }])) as Record<
  CallEvent['type'],
  CallEvent
>;
const INDEXES = Object.fromEntries(chart.events.map((type, index) => [type, index])) as Record<
  CallEvent['type'],
  number
>;

let lastId = 0;

/** One request of a client with all of its attempts. Walks the call chart, and keeps the times. */
export class Call implements ChartWalk<CallEvent> {
  readonly id = ++lastId;
  readonly origin: string;
  readonly clientId: number;
  readonly #clock: Clock;
  readonly method: string;
  /** The request target, without user information. */
  readonly target: string;
  node: ChartNode = chart.initial;
  queue: CallEvent[] | null = null;
  look: Look<CallEvent> | null = null;
  /** When it was made, got a connection, was sent and was answered: monotonic time in milliseconds, 0 for not yet. */
  readonly startedAt: number;
  assignedAt = 0;
  sentAt = 0;
  answeredAt = 0;
  /** The session of the last attempt; `undefined` for none. */
  sessionId: number | undefined = undefined;
  /** Whether that had served a request before. */
  isReused = false;
  /** What opening its connection took, in milliseconds, if that was opened for this call. */
  connectTime: number | undefined = undefined;
  /** The status of the last response. */
  status: number | undefined = undefined;
  /** What the call has failed with. */
  error: HTTPSessionError | null = null;
  /** How many attempts were made: requests that a session had begun to send. */
  attempts = 0;
  /** The attempts that failed; `null` for none. */
  failures: AttemptRecord[] | null = null;

  /** @param target - the request target, without user information. */
  constructor(method: string, target: string, origin: string, clientId: number, clock: Clock) {
    this.method = method;
    this.target = target;
    this.origin = origin;
    this.clientId = clientId;
    this.#clock = clock;
    this.startedAt = clock.now();
    if (calls.hasSubscribers) publishCallBegin(origin, this, clock.wallTime());
    lookIfInspected(this);
  }

  get chart(): Chart<string> {
    return chart;
  }

  get implementation(): Implementation<never, CallEvent> {
    return implementation;
  }

  get owner(): this {
    return this;
  }

  get hasEnded(): boolean {
    return this.is('over');
  }

  /** The state in the call chart, dotted. */
  get state(): CallState {
    return this.node.name as CallState;
  }

  is(tag: CallTag): boolean {
    return this.node.tags.has(tag);
  }

  /** Moves along. Without an actor that costs two look-ups, as the chart has no actions. */
  send(type: CallEvent['type']): void {
    const wasOver = !calls.hasSubscribers || this.is('over');
    this.#move(type);
    if (!wasOver && this.is('over')) this.#publishEnd();
  }

  #publishEnd(): void {
    const { sessionId, isReused, status, error, connectTime } = this;
    const outcome = error === null ? 'completed' : error instanceof AbortedError ? 'aborted' : 'failed';
    const end = { sessionId, reused: isReused, status, outcome, error, connect: connectTime } as const;
    publishCallEnd(this.origin, this, end, this.#clock.wallTime(), this.#clock.now());
  }

  #move(type: CallEvent['type']): void {
    if (this.look === null && looking.inspectors === 0) {
      const edge = chart.edge(this.node, INDEXES[type]);
      if (edge === null) return;
      this.node = edge.target;
      this.moved(edge);
      return;
    }
    sendTo(this, EVENTS[type]);
    if (this.hasEnded) this.look?.end();
  }

  /** @internal */
  moved(edge: ChartEdge): void {
    if (clientWatches.size > 0)
      for (const watch of clientWatches) watch.callMoved(this, this, edge, this.#clock.wallTime());
    if (!hasClientWatchers()) return;
    const [path] = this.target.split('?', 1);
    publishClientMove(
      {
        chart: 'call',
        id: this.id,
        clientId: this.clientId,
        poolId: undefined,
        origin: this.origin,
        sessionId: undefined,
        request: `${this.method} ${String(path)}`,
        at: this.#clock.wallTime(),
        heldFor: undefined,
      },
      edge,
    );
  }

  settled(): void {
    // Nothing waits for a state of a call.
  }
}
