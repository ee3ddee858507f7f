import { describe, expect, it } from '@jest/globals';

import { snapshotOf } from '../../src/chart/actors.js';
import { TIMEOUTS } from '../../src/constants.js';
import { errors, type ErrorMessage } from '../../src/diagnostics.js';
import type { DrainOptions, DrainReport, HTTPServerParams } from '../../src/server/index.js';
import {
  CEILINGS,
  isDrainTimer,
  TIMER_FACTS,
  type ServerTimerName,
} from '../support/generate/timer-facts.js';
import { timersOf } from '../support/generate/timer-states.js';
import { SERVER_TIMERS } from '../support/generate/timers.js';
import { statusesIn } from '../support/http/messages.js';
import { Served } from '../support/http/served.js';
import { heardOn } from '../support/session/heard-on.js';
import { SCENARIOS, ScenarioHandler, type Bench } from '../support/proofs/timer-scenarios.js';

/*
 * Timers mean what they say. Each timer of a server is held to what `docs/limits.md` says of it, in
 * virtual time: when it fires, in which states, what moves it, what its expiry does, and that nothing of it is left.
 */

const TICK = TIMEOUTS.timerGranularity.value;
/** No multiple of a tick, and no time of the day either. */
const VALUE = 7_003;
const OFFSET = 13;
/** What all other timers are set to: had one of them been running, it would be seen. */
const SHORT = 1_000;
const PIECE = 256;

/** A connection in virtual time. */
class VirtualBench extends Served implements Bench {
  readonly scenarios: ScenarioHandler;
  readonly drainOptions: DrainOptions;
  report: Promise<DrainReport> | null = null;

  constructor(name: ServerTimerName, value: number, others: number) {
    const scenarios = new ScenarioHandler(PIECE, 40);
    const off = [...CEILINGS, ...(SCENARIOS[name].beside ?? [])];
    const timers = Object.fromEntries(
      SERVER_TIMERS.filter((other) => !isDrainTimer(other)).map((other) => [
        other,
        other === name ? value : off.includes(other) ? 0 : others,
      ]),
    );
    const params: HTTPServerParams = { timers };
    super(scenarios.handle, params, {
      reads: SCENARIOS[name].isStalled !== true,
      highWaterMark: 1_024,
    });
    scenarios.clock = this.clock;
    this.scenarios = scenarios;
    this.drainOptions = name === 'grace' ? { grace: value, deadline: 0 } : { grace: 0, deadline: value };
  }

  /** Lets the scenario begin at a time between two ticks. */
  static async begun(name: ServerTimerName, value = VALUE, others = SHORT): Promise<VirtualBench> {
    const bench = new VirtualBench(name, value, others);
    // The first byte is waited for from the beginning.
    if (name !== 'firstByte' && name !== 'connectionAge') await bench.pass(OFFSET);
    await SCENARIOS[name].begin(bench);
    return bench;
  }

  async takePiece(): Promise<void> {
    this.text += (this.socket.read() as Buffer | null)?.toString('latin1') ?? '';
    await this.pass(0);
  }

  answer(): Promise<void> {
    return this.scenarios.answer();
  }

  drain(): void {
    this.report = this.server.drain(this.drainOptions);
  }

  /** What is to be seen when the timer has expired, as its fact says. */
  hasExpired(name: ServerTimerName): boolean {
    switch (TIMER_FACTS[name].expiry) {
      case 'close':
        return !this.server.sessions.has(this.session);
      case 'answer':
      case 'interrupt':
        return statusesIn(this.text).at(-1) === 408;
      case 'unavailable':
        return statusesIn(this.text).at(-1) === 503;
      case 'reset':
      case 'abort':
        return this.wasReset;
      case 'lastRequest':
        return this.session.state === 'connected.draining';
    }
  }

  /** The timers that the states of the three charts declare at this moment. */
  get declared(): readonly string[] {
    const { session, server } = this;
    const snapshots = [
      session.actor.getSnapshot(),
      snapshotOf(session.core.exchange),
      server.actor.getSnapshot(),
    ];
    return snapshots.flatMap((snapshot) => timersOf(snapshot as never));
  }
}

/** Brings the connection to its end, whatever has become of it. */
async function end(bench: VirtualBench): Promise<void> {
  bench.read();
  while (bench.scenarios.held.length > 0) await bench.answer();
  await bench.fin();
  bench.socket.destroy();
  // What the handler goes on writing is answered with a reset.
  await bench.pass(TICK);
}

describe.each(SERVER_TIMERS)('the timer %s', (name) => {
  const scenario = SCENARIOS[name];
  const fact = TIMER_FACTS[name];
  // What the peer takes is seen with the next tick.
  const latest = fact.reset === 'output' ? 2 * TICK : TICK;

  it('fires at its value, in a state that declares it, while no other timer runs', async () => {
    const bench = await VirtualBench.begun(name);
    await bench.pass(VALUE - 1);
    expect(bench.hasExpired(name)).toBe(false);
    if (!CEILINGS.includes(name)) expect(bench.declared).toContain(name);
    await bench.pass(1 + latest);
    expect(bench.hasExpired(name)).toBe(true);
    await end(bench);
    expect(bench.server.sessions.size).toBe(0);
    expect(bench.armedDeadlines).toBe(0);
  });

  if (scenario.progress !== undefined) {
    it(
      fact.reset === 'nothing' ? 'gains no time by anything' : 'starts again with each progress',
      async () => {
        const bench = await VirtualBench.begun(name);
        const step = 3_000;
        for (let round = 0; round < 4 && !bench.hasExpired(name); round++) {
          await bench.pass(step);
          await scenario.progress?.(bench);
        }
        if (fact.reset === 'nothing') {
          expect(bench.hasExpired(name)).toBe(true);
        } else {
          expect(bench.hasExpired(name)).toBe(false);
          // What the peer takes is seen with the next tick.
          await bench.pass(VALUE - 1);
          expect(bench.hasExpired(name)).toBe(false);
          await bench.pass(1 + 2 * TICK);
          expect(bench.hasExpired(name)).toBe(true);
        }
        await end(bench);
      },
    );
  }

  it('is disarmed when what it waits for comes in time', async () => {
    const bench = await VirtualBench.begun(name, VALUE, 0);
    await bench.pass(VALUE - 1);
    await scenario.complete(bench);
    await bench.pass(10 * VALUE);
    expect(bench.text).not.toContain('HTTP/1.1 408');
    expect(bench.wasReset).toBe(false);
    await end(bench);
    expect(bench.server.sessions.size).toBe(0);
    expect(bench.armedDeadlines).toBe(0);
  });

  it(fact.zero === undefined ? 'never fires when it is 0' : 'fires at once when it is 0', async () => {
    const bench = await VirtualBench.begun(name, 0, 0);
    // That of a stalled client goes on writing meanwhile, and no more of it may be queued than there is room for.
    await bench.pass(scenario.isStalled === true ? 10 * VALUE : 86_400_000);
    expect(bench.hasExpired(name)).toBe(fact.zero === 'at once');
    await end(bench);
  });

  it(fact.throws ? 'leaves a TimeoutError of its name' : 'leaves no error', async () => {
    const bench = await VirtualBench.begun(name);
    const told = await heardOn<ErrorMessage>(errors, () => bench.pass(VALUE + latest));
    const exception = bench.session.networkException();
    if (!fact.throws) {
      expect(exception?.name).not.toBe('TimeoutError');
      expect(told.filter(({ error }) => error.name === 'TimeoutError')).toEqual([]);
    } else {
      expect(told).toContainEqual(expect.objectContaining({ sessionId: bench.session.id, error: exception }));
      expect(exception).toMatchObject({
        name: 'TimeoutError',
        code: 'ERR_HTTP_SESSION_TIMEOUT',
        timer: name,
        timeout: VALUE,
        testimony: { endedBy: 'timeout', sessionId: bench.session.id },
      });
    }
    await end(bench);
  });
});
