import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';

import { sharedSystem } from '../../../src/chart/actors.js';
import { looking } from '../../../src/chart/index.js';
import { TRANSITION_CHANNEL } from '../../../src/diagnostics.js';
import { HTTPSessionError } from '../../../src/errors/index.js';
import { NOWHERE, Subject } from '../../support/session/subject.js';
import { faultsOf } from '../../support/http/faults.js';
import { sized } from '../../support/thoroughness.js';
import { settled } from '../../support/transport/sockets.js';

/*
 * A session has an XState actor only if a caller or an inspector looks at it. Nothing that a session does depends on it.
 */

/** What can happen to a session: by its owner, by its peer, by its clock. Each is a step of a plan. */
const STEPS: Readonly<Record<string, (run: Run) => unknown>> = {
  attach: ({ subject }) => void subject.attach(),
  'attach with a head': ({ subject }) => void subject.attach(Buffer.from('head')),
  connect: (run) => {
    run.outcome('connect', run.subject.session.connect(NOWHERE));
  },
  detach: ({ subject }) => void subject.session.detachSocket().socket.destroy(),
  'set an exception': ({ subject }) => {
    subject.session.setException(new HTTPSessionError('set by the test'));
  },
  'clear the exception': ({ subject }) => {
    subject.session.clearException();
  },
  drain: ({ subject }) => {
    subject.session.core.notify({ type: 'session.drain' });
  },
  linger: ({ subject }) => {
    if (subject.session.core.is('attached')) subject.session.core.linger();
  },
  close: ({ subject }) => {
    subject.session.close();
  },
  abort: ({ subject }) => {
    subject.session.abort();
  },
  read: (run) => {
    run.outcome('read', run.subject.session.read(4));
  },
  write: (run) => {
    run.outcome('write', run.subject.session.write('bytes'));
  },
  'the peer sends': ({ subject }) => subject.peer?.write('from the peer'),
  'the peer ends': ({ subject }) => subject.peer?.end(),
  'the peer resets': ({ subject }) => subject.peer?.reset(),
  'a minute passes': ({ subject }) => subject.clock.advance(60_000),
  dispose: ({ subject }) => {
    subject.session.dispose();
  },
};

/** When a run looks at its session: with which transition, within it; before which step; or never. */
interface Look {
  readonly within?: number;
  readonly before?: number;
}

/** One session that goes through a plan, and everything that can be told of it from outside. */
class Run {
  readonly subject = new Subject();
  readonly log: unknown[] = [];
  /** What an observer of the actor saw. */
  readonly snapshots: unknown[] = [];
  #transitions = 0;

  /** Notes how a call ends, in the order of all that happens. */
  outcome(call: string, promise: Promise<unknown>): void {
    promise.then(
      (value) => this.log.push([call, Buffer.isBuffer(value) ? value.toString('latin1') : value]),
      (error: unknown) => this.log.push([call, textOf(error)]),
    );
  }

  look(): void {
    const { actor } = this.subject.session;
    if (this.snapshots.length > 0) return;
    this.snapshots.push(stateOf(actor.getSnapshot()));
    actor.subscribe({
      next: (snapshot) => void this.snapshots.push(stateOf(snapshot)),
      complete: () => void this.snapshots.push('complete'),
    });
  }

  static async of(plan: readonly string[], look: Look): Promise<Run> {
    const run = new Run();
    const { session } = run.subject;
    const hear = (message: unknown): void => {
      const { sessionId, at: _at, ...rest } = message as { sessionId: number; at: number };
      if (sessionId !== session.id) return;
      run.log.push([rest, session.state, session.core.isSending]);
      if (run.#transitions++ === look.within) run.look();
    };
    subscribe(TRANSITION_CHANNEL, hear);
    try {
      session.subscribe((transition) => {
        run.log.push(['heard', transition.from, transition.to, textOf(transition.exception), session.state]);
        // A listener that acts: what it causes comes after it.
        if (transition.to === 'errored.recoverable.halfClosed') session.clearException();
      });
      run.outcome('closed', session.waitFor('closed'));
      for (const [at, step] of plan.entries()) {
        if (at === look.before) run.look();
        run.log.push(step);
        try {
          await STEPS[step]?.(run);
        } catch (error) {
          run.log.push(textOf(error));
        }
        if (step !== 'connect') await settled();
        run.log.push([
          session.state,
          session.exchangeState,
          session.buffered(),
          textOf(session.networkException()),
        ]);
      }
      session.dispose();
      await settled();
    } finally {
      unsubscribe(TRANSITION_CHANNEL, hear);
    }
    run.log.push(session.history, run.subject.near === undefined ? '' : run.subject.received());
    run.log.push(faultsOf(session), run.subject.armedDeadlines);
    const { id: _id, ...json } = session.toJSON();
    run.log.push(json);
    return run;
  }
}

function stateOf(snapshot: unknown): unknown {
  const { value, status } = snapshot as { readonly value: unknown; readonly status: string };
  return [value, status];
}

function textOf(error: unknown): unknown {
  if (!(error instanceof HTTPSessionError)) return error instanceof Error ? String(error) : null;
  const { name, code, message, testimony } = error;
  return [name, code, message, testimony?.state, testimony?.endedBy, testimony?.history];
}

const plans = fc.array(fc.constantFrom('attach', ...Object.keys(STEPS)), { minLength: 1, maxLength: 8 });

describe('a session that is looked at, and one that is not', () => {
  it('a session does the same whether it is looked at from the start, from any moment on, or never', async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.nat(8), fc.boolean(), async (plan, moment, isWithin) => {
        const never = await Run.of(plan, {});
        const always = await Run.of(plan, { before: 0 });
        const late = await Run.of(plan, isWithin ? { within: moment } : { before: moment });
        expect(always.log).toEqual(never.log);
        expect(late.log).toEqual(never.log);
        expect(never.snapshots).toEqual([]);
        // A late observer sees the state of its moment, and from there on the same as an earlier one.
        expect(late.snapshots).toEqual(
          always.snapshots.slice(always.snapshots.length - late.snapshots.length),
        );
        expect(always.snapshots.slice(-2)).toEqual([[expect.anything(), 'done'], 'complete']);
      }),
      { numRuns: sized(200, 60) },
    );
  }, 30_000);
});

/** The snapshots and events that an inspector gets, by the number of the actor. */
function inspecting(): { readonly seen: string[]; end(): void } {
  const seen: string[] = [];
  const { unsubscribe } = sharedSystem().inspect((event) => {
    if (event.type === '@xstate.snapshot')
      seen.push(JSON.stringify((event.snapshot as { value?: unknown }).value));
    else seen.push('event' in event ? event.event.type : event.type);
  });
  return { seen, end: unsubscribe };
}

describe('an inspector of the actor system', () => {
  it('an inspector sees a session from its birth', async () => {
    const { seen, end } = inspecting();
    const { session } = await Subject.in('connected.open');
    session.close();
    end();
    expect(seen).toEqual([
      ...['@xstate.actor', 'xstate.init', JSON.stringify({ unconnected: 'idle' })],
      ...['socket.attach', JSON.stringify({ connected: 'open' })],
      ...['session.close', JSON.stringify('closed')],
    ]);
    session.dispose();
  });

  it('an inspector sees an older session from its next event on, in the state of that moment', async () => {
    const { session } = await Subject.in('connected.open');
    const { seen, end } = inspecting();
    expect(seen).toEqual([]);
    session.close();
    end();
    expect(seen).toEqual([
      ...['@xstate.actor', 'xstate.init', JSON.stringify({ connected: 'open' })],
      ...['session.close', JSON.stringify('closed')],
    ]);
    session.dispose();
  });

  it('when the last inspector has gone, no more actors are made', async () => {
    const first = inspecting();
    const second = inspecting();
    first.end();
    first.end();
    const making = jest.spyOn(looking, 'look');
    try {
      const inspected = await Subject.in('connected.open');
      expect(making).toHaveBeenCalledTimes(1);
      second.end();
      const unseen = await Subject.in('connected.open');
      expect(making).toHaveBeenCalledTimes(1);
      const told = second.seen.length;
      for (const { session } of [inspected, unseen]) session.dispose();
      expect(second.seen).toHaveLength(told);
    } finally {
      making.mockRestore();
    }
  });

  it('an inspector may look at the session whose actor appears', async () => {
    const { session } = await Subject.in('connected.open');
    const { unsubscribe } = sharedSystem().inspect((event) => {
      if (event.type === '@xstate.actor') expect(session.actor).toBe(event.actorRef);
    });
    session.close();
    unsubscribe();
    expect(session.state).toBe('closed');
    expect(faultsOf(session)).toEqual([]);
    session.dispose();
  });
});

describe('the actor of a session that is looked at late', () => {
  it('an actor that is asked for after the end shows the last state, as done', async () => {
    const { session } = await Subject.in('errored.fatal');
    session.dispose();
    const ends: string[] = [];
    session.actor.subscribe({ complete: () => ends.push('complete') });
    expect(stateOf(session.actor.getSnapshot())).toEqual(['closed', 'done']);
    expect(ends).toEqual(['complete']);
  });

  it('a session outlives an actor that was stopped from outside, and gets another one', async () => {
    const { session } = await Subject.in('connected.open');
    const { actor } = session;
    actor.send({ type: 'xstate.stop' });
    session.close();
    expect(session.state).toBe('closed');
    expect(session.actor).not.toBe(actor);
    expect(stateOf(session.actor.getSnapshot())).toEqual(['closed', 'active']);
    session.dispose();
  });

  it('a session that was never looked at makes no actor when it is disposed of', async () => {
    const making = jest.spyOn(looking, 'look');
    try {
      const { session } = await Subject.in('connected.open');
      session.dispose();
      expect(making).not.toHaveBeenCalled();
    } finally {
      making.mockRestore();
    }
  });
});
