import { sessionMachine } from '../../../machines/session.machine.js';
import { provideChart } from '../../chart/actors.js';
import { dotted, moveTo, type ChartActor, type ChartNode, type Look } from '../../chart/index.js';
import { reportFault } from '../../diagnostics.js';
import type { SessionEvent } from '../../../machines/index.js';
import { sessionChart } from './charts.js';
import { sessionImplementation } from './implementation.js';
import type { SessionCore } from './session-core.js';

/** An actor of the stock interpreter, which makes the transitions by itself; the walk of the session follows. */
class StockActor implements Look<SessionEvent> {
  readonly actor: ChartActor;
  readonly #sent: string[] = [];

  constructor(core: SessionCore, actor: ChartActor) {
    this.actor = actor;
    const send = actor.send.bind(actor);
    actor.send = (event) => {
      this.#sent.push(event.type);
      send(event);
    };
    // The stock interpreter notifies observers of every event it processed, ignored ones included, in order.
    actor.subscribe({
      next: (snapshot) => {
        this.#follow(core, dotted((snapshot as { readonly value?: unknown }).value));
        core.settled();
      },
      error: (error) => {
        reportFault('implementation', error, core.id);
      },
    });
  }

  #follow(core: SessionCore, name: string): void {
    const edge = sessionChart.edge(core.node, sessionChart.indexOf(this.#sent.shift() ?? ''));
    if (edge?.target.name === name) {
      moveTo(core, edge.target);
      sessionImplementation.transitioned(core, edge);
    } else if (core.node.name !== name) moveTo(core, nodeNamed(name));
  }

  send(event: SessionEvent): void {
    this.actor.send(event);
  }

  end(): void {
    // It is ours to stop only where it stands alone; an actor inside another one ends with that.
    if ((this.actor as { _parent?: unknown })._parent === undefined) this.actor.stop();
  }
}

/** The state of that name, where the actor took an event that was not sent through its `send`: from a parent of its own. */
function nodeNamed(name: string): ChartNode {
  const found = new Set([sessionChart.initial]);
  for (const node of found) {
    if (node.name === name) return node;
    for (const index of sessionChart.events.keys()) found.add(sessionChart.edge(node, index)?.target ?? node);
  }
  throw new TypeError(`engine: unknown state ${name}`);
}

/**
 * Runs a session under XState's stock interpreter: the user's function gets the machine with everything provided and
 * returns a started actor. The chart is walked beside it, which names the transitions.
 */
export function startStockActor(
  core: SessionCore,
  engine: (machine: typeof sessionMachine) => unknown,
): void {
  const actor = engine(provideChart(sessionMachine, sessionImplementation, core)) as ChartActor;
  core.look = new StockActor(core, actor);
}
