import type { EventObject } from 'xstate';

import type { Chart, ChartNode } from './chart.js';
import type { Implementation } from './implementation.js';
import { looking, type ChartActor, type Look } from './looking.js';

/** What is shown in the place of a queue while an event is processed and none has come meanwhile. Never written to. */
const NONE: never[] = [];

/**
 * Walks a chart without an actor: a node, and the events that wait. An actor of XState takes ten times the memory, so one is
 * made only when a caller asks for it, or an inspector is attached. From then on it takes the events first.
 *
 * Whether it has an actor makes no difference to an owner: the same effects run in the same order, an event that is sent
 * during another is processed after it, and during effects the chart is still in the state before.
 */
export abstract class ChartWalk<TEvent extends EventObject> {
  /** Where the chart is. */
  node: ChartNode;
  /** The events that came while one was being processed; `null` between events. */
  #queue: TEvent[] | null = null;
  #look: Look<TEvent> | null = null;

  protected constructor({ initial }: { readonly initial: ChartNode }) {
    this.node = initial;
  }

  /** The chart that is walked. On the class, as a field of each owner would cost memory. */
  abstract get chart(): Chart<string>;

  /** What the names in the chart do. */
  abstract get implementation(): Implementation<never, TEvent>;

  /** Whose effects run. */
  protected abstract get owner(): object;

  /** Whether the owner has come to its end: its actor shows the last state with status `done`. */
  abstract get hasEnded(): boolean;

  /** Whether an event is legal in the present state. */
  permits(event: TEvent['type']): boolean {
    return this.chart.edge(this.node, this.chart.indexOf(event)) !== null;
  }

  /** Whether an event is being processed; what is sent meanwhile waits for its turn. */
  get isSending(): boolean {
    return this.#queue !== null;
  }

  /** Processes an event; one that is sent meanwhile waits for its turn. */
  send(event: TEvent): void {
    if (this.#queue !== null) {
      this.enqueue(event);
      return;
    }
    this.lookIfInspected();
    this.#queue = NONE;
    try {
      for (let next: TEvent | undefined = event; next !== undefined; next = this.#next()) {
        this.#process(next);
      }
    } finally {
      this.#queue = null;
    }
  }

  #next(): TEvent | undefined {
    const next = this.#queue?.shift();
    if (this.#queue?.length === 0) this.#queue = NONE;
    return next;
  }

  /** Puts an event behind the one that is being processed. */
  enqueue(event: TEvent): void {
    const look = this.#look;
    if (this.#queue !== NONE) this.#queue?.push(event);
    else if (look === null || look.isBehind) this.#queue = [event];
    else look.send(event);
  }

  #process(event: TEvent): void {
    if (this.#look !== null) {
      this.#look.send(event);
      return;
    }
    this.#step(event);
    const look = this.#caughtUp();
    if (look !== null) look.follow?.(event);
    else {
      this.settle();
      this.#caughtUp();
    }
  }

  /** The actor, if one was made during the step that is done now. */
  #caughtUp(): Look<TEvent> | null {
    if (this.#look !== null) this.#look.isBehind = false;
    return this.#look;
  }

  /** Makes the transition of an event that the actor of this walk processes. */
  step(event: TEvent): void {
    const queue = this.#queue;
    this.#queue ??= NONE;
    try {
      this.#step(event);
    } finally {
      this.#queue = queue;
    }
  }

  #step(event: TEvent): void {
    const edge = this.chart.edge(this.node, this.chart.indexOf(event.type));
    if (edge === null) return;
    for (const { kind, name } of edge.effects) {
      try {
        this.#run(kind, name, event);
      } catch (error) {
        // XState would stop the actor here, and without an error observer the process (xstate#4928, #5351).
        this.failed(error);
      }
    }
    try {
      this.implementation.transitioned(this.owner as never, edge);
    } catch (error) {
      this.failed(error);
    }
    this.node = edge.target;
  }

  #run(kind: 'action' | 'start' | 'stop', name: string, event: TEvent): void {
    const { actions, services } = this.implementation;
    const owner = this.owner as never;
    if (kind === 'action') actions[name]?.(owner, event);
    else if (kind === 'start') services[name]?.start(owner);
    else services[name]?.stop(owner);
  }

  /** Reports what an effect threw. */
  failed(error: unknown): void {
    this.implementation.failed(this.owner as never, error);
  }

  /** Calls `settled`, and reports what it throws. */
  settle(): void {
    try {
      this.settled();
    } catch (error) {
      this.failed(error);
    }
  }

  /** An event was processed, ignored or not, and everything shows the state after it. */
  protected settled(): void {
    // For the owner.
  }

  /** The XState actor of this walk, made in the present state by the first call. */
  get actor(): ChartActor {
    return this.#seen().actor;
  }

  /** Makes an actor if an inspector is attached; owners call it once they are complete. */
  lookIfInspected(): void {
    if (looking.inspectors > 0 && this.#look === null) this.#seen();
  }

  #seen(): Look<TEvent> {
    if (this.#look !== null) return this.#look;
    const look = looking.look(this as unknown as ChartWalk<EventObject>) as unknown as Look<TEvent>;
    // It is known here before inspectors hear of it, for they may look as well.
    this.#look = look;
    look.appear?.();
    return look;
  }

  /** Gives the events to an actor that was made elsewhere, and reports by `movedTo` where it is. */
  runUnder(look: Look<TEvent>): void {
    this.#look = look;
  }

  movedTo(node: ChartNode): void {
    this.node = node;
  }

  /** The actor was stopped from the outside: the walk continues without it. */
  unlook(): void {
    if (!this.hasEnded) this.#look = null;
  }

  /** Ends the actor, if there is one; its last state stays readable. */
  endActor(): void {
    this.#look?.end();
  }
}
