import { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';

import { describe, expect, it } from '@jest/globals';

import { formatTransition, paintFor, Trace, type Paint } from '../../src/cli/trace.js';
import type { TransitionRecord } from '../../src/errors/index.js';
import { VirtualClock } from '../../src/transport/index.js';

const CAPACITY = 32;

/** Remembers transitions as a session does: dated by the trace, the last 32 of them. */
class Recorder {
  history: TransitionRecord[] = [];
  readonly #clock: Trace;

  constructor(clock: Trace) {
    this.#clock = clock;
  }

  transition(state: string): void {
    const record = {
      chart: 'session',
      event: 'e',
      state,
      at: this.#clock.wallTime(),
    } as unknown as TransitionRecord;
    this.history = [...this.history, record].slice(-CAPACITY);
  }
}

function tracing(): { clock: VirtualClock; trace: Trace; session: Recorder; reported: string[] } {
  const clock = new VirtualClock(1_000_000);
  const reported: string[] = [];
  const trace = new Trace(
    clock,
    ({ state }) => reported.push(state),
    () => reported.push('lost'),
  );
  const session = new Recorder(trace);
  trace.follow(session);
  return { clock, trace, session, reported };
}

const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `s${String(from + index)}`);

describe('A trace', () => {
  it('a trace reports each transition once, in order, without being asked', async () => {
    const { clock, session, reported } = tracing();
    session.transition('s0');
    session.transition('s1');
    await clock.advance(0);
    expect(reported).toEqual(['s0', 's1']);
    session.transition('s2');
    await clock.advance(0);
    expect(reported).toEqual(['s0', 's1', 's2']);
  });

  it('a trace distinguishes equal transitions at the same time', async () => {
    const { clock, session, reported } = tracing();
    for (let round = 0; round < 100; round++) {
      session.transition('same');
      await Promise.resolve();
    }
    await clock.advance(0);
    expect(reported).toEqual(new Array(100).fill('same'));
  });

  it('a trace reports new transitions when it is asked', () => {
    const { trace, session, reported } = tracing();
    session.transition('s0');
    trace.look();
    trace.look();
    expect(reported).toEqual(['s0']);
  });

  it('a trace says so if more happened at once than a session remembers', async () => {
    const { clock, session, reported } = tracing();
    for (const name of names(0, CAPACITY - 1)) session.transition(name);
    await clock.advance(0);
    expect(reported).toEqual(names(0, CAPACITY - 1));
    reported.length = 0;
    for (const name of names(0, CAPACITY + 8)) session.transition(name);
    await clock.advance(0);
    expect(reported).toEqual(['lost', ...names(8, CAPACITY + 8)]);
  });

  it('a trace uses the clock that it was given', async () => {
    const { clock, trace, session, reported } = tracing();
    let fired = 0;
    trace.setTimeout(() => fired++, 50);
    trace.clearTimeout(trace.setTimeout(() => fired++, 50));
    await clock.advance(50);
    expect(fired).toBe(1);
    expect(trace.now()).toBe(50);
    session.transition('s0');
    await clock.advance(0);
    expect(reported).toEqual(['s0']);
    expect(session.history[0]?.at).toBeCloseTo(1_000_050, 2);
  });
});

describe('A transition as a line', () => {
  it('a transition is printed with time, chart, event and state in columns', () => {
    const record = { chart: 'session', event: 'session.close', state: 'closed', at: 1_012.34 } as const;
    expect(formatTransition(record, 1_000)).toBe('   12.3 ms  session   session.close                closed');
  });

  it('a transition in colours has the same columns, and a failure has its own colour', () => {
    const paint: Paint = (style, text) => `<${style} ${text}>`;
    const record = { chart: 'session', event: 'socket.failed', state: 'errored.fatal', at: 1_002 } as const;
    expect(formatTransition(record, 1_000, paint)).toBe(
      '<dim     2.0 ms>  <dim session >  <cyan socket.failed              >  <red errored.fatal>',
    );
  });
});

describe('paintFor()', () => {
  const terminal = (colours: boolean): Writable =>
    Object.assign(new Writable(), { isTTY: true, hasColors: () => colours });

  it('paintFor() colours output to a terminal with colours', () => {
    expect(paintFor(terminal(true), {})('red', 'x')).toBe('\u001B[31mx\u001B[0m');
  });

  it('paintFor() leaves output to anything but a terminal alone', () => {
    for (const stream of [new Writable(), terminal(false)])
      expect(paintFor(stream, {})('red', 'x')).toBe('x');
  });

  it('paintFor() omits colours on a terminal if NO_COLOR is set', () => {
    const hasColors = WriteStream.prototype.hasColors;
    const stream = Object.assign(new Writable(), {
      isTTY: true,
      hasColors,
      getColorDepth: WriteStream.prototype.getColorDepth,
    });
    expect(paintFor(stream, { TERM: 'xterm-256color' })('dim', 'x')).toBe('\u001B[2mx\u001B[0m');
    for (const env of [{ TERM: 'xterm-256color', NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      expect(paintFor(stream, env)('dim', 'x')).toBe('x');
    }
  });
});
