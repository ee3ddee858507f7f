import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EventObject } from 'xstate';

import { OwnedWalk, type Chart, type ChartActor, type Implementation } from '../../src/chart/index.js';
import { nameOf, sharedSystem } from '../../src/chart/actors.js';
import { compiled } from '../support/chart/compiled.js';
import { exchange, server, session, type Subject } from '../support/chart/recorder.js';
import { sized } from '../support/thoroughness.js';

/*
 * A walk has an actor only once it is looked at. Whether, when and how often that happens makes no difference to the owner.
 */

/** One run: the events from outside, and what an owner does at which moment. Moments are counted through the run. */
interface Plan {
  readonly events: readonly string[];
  /** What is sent at a moment, once. */
  readonly sent: ReadonlyMap<number, string>;
  readonly thrownAt: ReadonlySet<number>;
}

class Run {
  readonly log: string[] = [];
  /** The states that the actor showed, and how many lines of the log there were by then. */
  readonly shown: string[] = [];
  readonly actors = new Set<ChartActor>();
  readonly walk: OwnedWalk<Run, EventObject>;
  readonly #plan: Plan;
  readonly #looksAt: number | null;
  #moment = 0;

  constructor(chart: Chart<string>, { implementation }: Subject, plan: Plan, looksAt: number | null) {
    this.#plan = plan;
    this.#looksAt = looksAt;
    const names = Object.keys(implementation.actions);
    const services = Object.keys(implementation.services);
    const own: Implementation<Run, EventObject> = {
      actions: Object.fromEntries(
        names.map((name) => [name, (run, event) => run.#note(`${name}(${event.type})`)]),
      ),
      services: Object.fromEntries(
        services.map((name) => [
          name,
          {
            start: (run) => {
              run.#note(`+${name}`);
            },
            stop: (run) => {
              run.#note(`-${name}`);
            },
          },
        ]),
      ),
      transitioned: (run, edge) => {
        run.#note(`${edge.event} -> ${edge.target.name}`);
      },
      failed: (run, error) => void run.log.push(String(error)),
    };
    this.walk = new OwnedWalk<Run, EventObject>(chart, own, this, () => {
      this.#note('settled');
    });
    for (const event of plan.events) {
      this.#note(`before ${event}`);
      this.walk.send({ type: event });
    }
    this.#note('after all');
  }

  /** Everything that an owner can notice. */
  get noticed(): unknown {
    return [this.log, this.walk.node.name, this.walk.queue !== null];
  }

  #note(what: string): void {
    const moment = this.#moment++;
    const { sent, thrownAt } = this.#plan;
    this.log.push(`${what} in ${this.walk.node.name}${this.walk.queue === null ? '' : ', sending'}`);
    if (moment === this.#looksAt) this.#look();
    const event = sent.get(moment);
    if (event !== undefined) this.walk.send({ type: event });
    if (thrownAt.has(moment) && this.walk.queue !== null) throw new Error(`at ${String(moment)}`);
  }

  #look(): void {
    const { actor } = this.walk;
    this.actors.add(actor);
    expect(nameOf(actor.getSnapshot() as never)).toBe(this.walk.node.name);
    actor.subscribe((snapshot) => {
      expect(nameOf(snapshot as never)).toBe(this.walk.node.name);
      this.shown.push(nameOf(snapshot as never));
    });
  }
}

const subjects = [
  ['session', session],
  ['exchange', exchange],
  ['server', server],
] as const satisfies readonly (readonly [string, Subject])[];

describe.each(subjects)('a walk of the %s chart', (_name, subject) => {
  const chart = compiled(subject.machine, subject.events);
  const event = fc.constantFrom(...subject.events, 'no.such.event');
  const plans = fc.record({
    events: fc.array(event, { maxLength: 12 }),
    sent: fc.array(fc.tuple(fc.nat(30), event), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    thrownAt: fc.array(fc.nat(30), { maxLength: 2 }).map((moments) => new Set(moments)),
  });
  const ofPlans = { numRuns: 2_000, interruptAfterTimeLimit: sized(1_000, 300) };

  it('a walk that is looked at from the start, from any moment on, or never does the same', () => {
    fc.assert(
      fc.property(plans, fc.nat(40), (plan, moment) => {
        const never = new Run(chart, subject, plan, null);
        const always = new Run(chart, subject, plan, 0);
        const late = new Run(chart, subject, plan, moment);
        expect(never.actors.size).toBe(0);
        expect(always.noticed).toEqual(never.noticed);
        expect(late.noticed).toEqual(never.noticed);
        // What a late observer sees is the rest of what one sees that was there from the start.
        expect(late.shown).toEqual(always.shown.slice(always.shown.length - late.shown.length));
        const settled = always.log.filter((line) => line.startsWith('settled')).length;
        expect(always.shown).toHaveLength(settled);
      }),
      ofPlans,
    );
  });

  it('a walk that an inspector comes to see has an actor from its next event on', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const never = new Run(chart, subject, plan, null);
        const states: string[] = [];
        const subscription = sharedSystem().inspect((seen) => {
          if (seen.type === '@xstate.snapshot') states.push(nameOf(seen.snapshot as never));
        });
        try {
          const inspected = new Run(chart, subject, plan, null);
          expect(inspected.noticed).toEqual(never.noticed);
        } finally {
          subscription.unsubscribe();
        }
        const settled = never.log.filter((line) => line.startsWith('settled')).length;
        expect(states).toHaveLength(settled + 1);
        expect(states.at(-1)).toBe(never.walk.node.name);
      }),
      ofPlans,
    );
  });
});
