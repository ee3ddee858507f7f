import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';

import { TIMER_FACTS, type ServerTimerName } from '../support/generate/timer-facts.js';
import { SERVER_TIMERS } from '../support/generate/timers.js';
import { until } from '../support/transport/until.js';
import { RealBench } from '../support/proofs/real-bench.js';
import { SCENARIOS } from '../support/proofs/timer-scenarios.js';

/*
 * Real time: each timer of a server over TCP, within 50 ms of its value and never early. What the event loop
 * itself was late meanwhile, on a busy machine, is not the timer's.
 */

const VALUE = 200;
const TOLERANCE = 50;

const FROM_CONNECTION: readonly ServerTimerName[] = ['firstByte', 'connectionAge'];

/** Milliseconds that something took, and by how many the event loop was late at the worst. */
interface Measurement {
  readonly elapsed: number;
  readonly lag: number;
}

async function measured(run: () => Promise<number>): Promise<Measurement> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  try {
    const elapsed = await run();
    return { elapsed, lag: delay.max / 1e6 };
  } finally {
    delay.disable();
  }
}

function expectPunctual({ elapsed, lag }: Measurement): void {
  expect(elapsed).toBeGreaterThanOrEqual(VALUE - 1);
  // The expiry and what is seen of it are two turns of the loop.
  expect(elapsed).toBeLessThanOrEqual(VALUE + TOLERANCE + 2 * lag);
}

function hasExpired(bench: RealBench, name: ServerTimerName): boolean {
  switch (TIMER_FACTS[name].expiry) {
    case 'close':
    case 'reset':
      return !bench.server.sessions.has(bench.session);
    case 'answer':
    case 'interrupt':
      return bench.text.includes('HTTP/1.1 408');
    case 'unavailable':
      return bench.text.includes('HTTP/1.1 503');
    case 'abort':
      return bench.isReset;
    case 'lastRequest':
      return bench.session.state === 'connected.draining';
  }
}

/** Time from the begin of a timer to its expiry, as a client sees it. */
async function timeOf(name: ServerTimerName): Promise<number> {
  await using bench = await RealBench.connected(name, VALUE);
  const begun = FROM_CONNECTION.includes(name) ? bench.acceptedAt : performance.now();
  await SCENARIOS[name].begin(bench);
  await until(() => hasExpired(bench, name));
  return performance.now() - begun;
}

/** Time from the last byte that a client took to the end of its connection; only the server knows of that byte. */
async function timeOfStall(): Promise<number> {
  await using bench = await RealBench.connected('sendProgress', VALUE);
  const { core } = bench.session;
  let progressAt = performance.now();
  await SCENARIOS.sendProgress.begin(bench);
  let taken = core.takenOutput;
  while (bench.session.connected()) {
    if (core.takenOutput !== taken) progressAt = performance.now();
    taken = core.takenOutput;
    await nextLoopTurn();
  }
  expect(bench.session.networkException()).toMatchObject({ timer: 'sendProgress', timeout: VALUE });
  return performance.now() - progressAt;
}

describe('in real time', () => {
  it.each(SERVER_TIMERS)(
    'in real time the timer %s fires within 50 ms of its value, and never early',
    async (name) => {
      expectPunctual(await measured(() => (name === 'sendProgress' ? timeOfStall() : timeOf(name))));
    },
  );
});
