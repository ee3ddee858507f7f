import type { EventObject } from 'xstate';

import type { Chart, ChartNode } from './chart.js';
import type { Implementation } from './implementation.js';
import { looking, type ChartActor, type Look } from './looking.js';

/*
 * Walks a chart without an actor: a node, and the events that wait. An actor of XState takes ten times the memory, so one is
 * made only when a caller asks for it, or an inspector is attached. From then on it takes the events first.
 *
 * Whether there is an actor makes no difference to an owner: the same effects run in the same order, an event that is sent
 * during another is processed after it, and during effects the chart is still in the state before.
 */

/**
 * What walks a chart: the owner of the effects itself, as a session is, or an `OwnedWalk`. These are functions over its fields,
 * not a class: a walk should cost a session no more than three fields.
 */
export interface ChartWalk<TEvent extends EventObject> {
  /** Where the chart is. */
  node: ChartNode;
  /** The events that came while one was being processed; `null` between events. */
  queue: TEvent[] | null;
  /** The actor, once there is one. */
  look: Look<TEvent> | null;
  /** The chart that is walked. */
  readonly chart: Chart<string>;
  /** What the names in the chart do. */
  readonly implementation: Implementation<never, TEvent>;
  /** Whose effects run. */
  readonly owner: object;
  /** Whether the owner has come to its end: its actor shows the last state with status `done`. */
  readonly hasEnded: boolean;
  /** An event was processed, ignored or not, and everything shows the state after it. */
  settled(): void;
}

/** What stands in the place of a queue while an event is processed and none has come meanwhile. It stays empty. */
const NONE: never[] = [];

/** Processes an event; one that is sent meanwhile waits for its turn. */
export function sendTo<TEvent extends EventObject>(walk: ChartWalk<TEvent>, event: TEvent): void {
  if (walk.queue !== null) {
    enqueue(walk, event);
    return;
  }
  lookIfInspected(walk);
  walk.queue = NONE;
  try {
    for (let next: TEvent | undefined = event; next !== undefined; next = nextOf(walk))
      processOne(walk, next);
  } finally {
    walk.queue = null;
  }
}

function nextOf<TEvent extends EventObject>(walk: ChartWalk<TEvent>): TEvent | undefined {
  const { queue } = walk;
  if (queue === NONE || queue === null) return undefined;
  const next = queue.shift();
  if (queue.length === 0) walk.queue = NONE;
  return next;
}

/** Puts an event behind the one that is being processed. */
export function enqueue<TEvent extends EventObject>(walk: ChartWalk<TEvent>, event: TEvent): void {
  const { queue, look } = walk;
  if (queue !== NONE) queue?.push(event);
  else if (look === null || look.isBehind === true) walk.queue = [event];
  else look.send(event);
}

function processOne<TEvent extends EventObject>(walk: ChartWalk<TEvent>, event: TEvent): void {
  if (walk.look !== null) {
    walk.look.send(event);
    return;
  }
  takeEdge(walk, event);
  const look = caughtUp(walk);
  if (look !== null) look.follow?.(event);
  else {
    settle(walk);
    caughtUp(walk);
  }
}

/** The actor, if one was made during the step that is done now. */
function caughtUp<TEvent extends EventObject>(walk: ChartWalk<TEvent>): Look<TEvent> | null {
  if (walk.look !== null) walk.look.isBehind = false;
  return walk.look;
}

/** Makes the transition of an event that the actor of a walk processes. */
export function step<TEvent extends EventObject>(walk: ChartWalk<TEvent>, event: TEvent): void {
  const { queue } = walk;
  walk.queue ??= NONE;
  try {
    takeEdge(walk, event);
  } finally {
    walk.queue = queue;
  }
}

function takeEdge<TEvent extends EventObject>(walk: ChartWalk<TEvent>, event: TEvent): void {
  const { chart, implementation, owner } = walk;
  const edge = chart.edge(walk.node, chart.indexOf(event.type));
  if (edge === null) return;
  for (const { kind, name } of edge.effects) {
    try {
      run(implementation, owner as never, kind, name, event);
    } catch (error) {
      // XState would stop the actor here, and without an error observer the process (xstate#4928, #5351).
      implementation.failed(owner as never, error);
    }
  }
  try {
    implementation.transitioned(owner as never, edge);
  } catch (error) {
    implementation.failed(owner as never, error);
  }
  walk.node = edge.target;
}

function run<TEvent>(
  { actions, services }: Implementation<never, TEvent>,
  owner: never,
  kind: 'action' | 'start' | 'stop',
  name: string,
  event: TEvent,
): void {
  if (kind === 'action') actions[name]?.(owner, event);
  else if (kind === 'start') services[name]?.start(owner);
  else services[name]?.stop(owner);
}

/** Follows an interpreter that has made a transition by itself. */
export function moveTo(walk: Pick<ChartWalk<never>, 'node'>, node: ChartNode): void {
  walk.node = node;
}

/** Reports what an effect threw. */
export function report<TEvent extends EventObject>(walk: ChartWalk<TEvent>, error: unknown): void {
  walk.implementation.failed(walk.owner as never, error);
}

/** Says that an event was processed, and reports what that throws. */
export function settle<TEvent extends EventObject>(walk: ChartWalk<TEvent>): void {
  try {
    walk.settled();
  } catch (error) {
    report(walk, error);
  }
}

/** Whether an event is legal in the present state. */
export function permits<TEvent extends EventObject>(walk: ChartWalk<TEvent>, event: TEvent['type']): boolean {
  return walk.chart.edge(walk.node, walk.chart.indexOf(event)) !== null;
}

/** The XState actor of a walk, made in the present state by the first call. */
export function actorOf<TEvent extends EventObject>(walk: ChartWalk<TEvent>): ChartActor {
  return seen(walk).actor;
}

/** Makes an actor if an inspector is attached; owners call it once they are complete. */
export function lookIfInspected<TEvent extends EventObject>(walk: ChartWalk<TEvent>): void {
  if (looking.inspectors > 0) seen(walk);
}

function seen<TEvent extends EventObject>(walk: ChartWalk<TEvent>): Look<TEvent> {
  if (walk.look !== null) return walk.look;
  const look = looking.look(walk as unknown as ChartWalk<EventObject>) as unknown as Look<TEvent>;
  // It is known here before inspectors hear of it, for they may look as well.
  walk.look = look;
  look.appear?.();
  return look;
}
