import type { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';

import type { WorkerPool } from '../cluster/index.js';
import type { HTTPServer } from '../server/index.js';
import type { Clock, ClockTimer } from '../transport/index.js';
import { isTerminal, writeLine, type CommandIO } from './io.js';
import { watchAnswers } from './serve-log.js';
import type { Traffic } from './traffic.js';
import { counted } from './words.js';

/** Milliseconds between two pictures: on a terminal, which has one that changes, and elsewhere, where each is a line. */
const REFRESH = 500;
const LINE_INTERVAL = 5_000;

const USUAL_COLUMNS = 80;

/** What a picture shows: a name and a text a line, in columns. */
export interface PictureSource {
  lines(): readonly string[];
  /** Nothing more is asked. */
  end(): void;
}

/** How many connections of a server are in which state. */
export function countsOfServer(server: HTTPServer): PictureSource {
  let answered = 0;
  const end = watchAnswers(server, ({ status }) => {
    if (status !== undefined) answered++;
  });
  const lines = (): string[] => {
    const { states, activities } = server.counts();
    return [
      `connections  ${String(server.currentConnections)} of ${String(server.totalConnections)} so far`,
      `states       ${countsOf(states)}`,
      `doing        ${countsOf(activities)}`,
      `answered     ${counted(answered, 'request')}`,
    ];
  };
  return { lines, end };
}

/** How many workers of a pool are in which state; their connections are counted in the processes of their own. */
export function countsOfPool(pool: WorkerPool): PictureSource {
  const lines = (): string[] => {
    const states: Record<string, number> = {};
    let served = 0;
    for (const worker of pool.workers) {
      states[worker.state] = (states[worker.state] ?? 0) + 1;
      served += worker.served;
    }
    return [`workers      ${countsOf(states)}`, `connections  ${String(served)} so far`];
  };
  return { lines, end: () => undefined };
}

/** A picture of what a server does: in place on a terminal, as lines where it has changed elsewhere. */
export class Picture {
  readonly #source: PictureSource;
  readonly #traffic: Traffic;
  readonly #output: Writable;
  readonly #clock: Clock;
  readonly #isTerminal: boolean;
  #shown: readonly string[] = [];
  #timer: ClockTimer | null = null;

  /** Shows it from now on. */
  constructor(source: PictureSource, traffic: Traffic, { stdout }: CommandIO, clock: Clock) {
    this.#source = source;
    this.#traffic = traffic;
    this.#output = stdout;
    this.#clock = clock;
    this.#isTerminal = isTerminal(stdout);
    this.#refresh();
  }

  /** Shows it for the last time. */
  end(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#show();
    this.#source.end();
  }

  #refresh(): void {
    this.#show();
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#refresh();
      },
      this.#isTerminal ? REFRESH : LINE_INTERVAL,
    );
  }

  #show(): void {
    const lines = this.#lines();
    if (lines.join() === this.#shown.join()) return;
    if (this.#isTerminal) this.#redraw(lines);
    else writeLine(this.#output, lines.map((line) => line.replace(/ {2,}/, ': ')).join('; '));
    this.#shown = lines;
  }

  /** Moves to the first line of the picture before, and erases from there to the end of the screen. */
  #redraw(lines: readonly string[]): void {
    const { columns = 0 } = this.#output as Partial<WriteStream>;
    // Some terminals do not know how wide they are.
    const width = columns > 0 ? columns : USUAL_COLUMNS;
    const above = this.#shown.length;
    const start = above === 0 ? '' : `\u001B[${String(above)}A\r\u001B[J`;
    // A line that the terminal breaks would be two.
    const text = lines.map((line) => `${line.slice(0, width - 1)}\n`).join('');
    this.#output.write(start + text, () => undefined);
  }

  #lines(): string[] {
    const visitors = this.#traffic.visitors.map(({ name, state }) => `${name} ${state}`);
    return [...this.#source.lines(), `visitors     ${visitors.join(', ')}`];
  }
}

function countsOf(counts: Readonly<Record<string, number | undefined>>): string {
  const some = Object.entries(counts).flatMap(([name, count = 0]) =>
    count === 0 ? [] : `${name} ${String(count)}`,
  );
  return some.length === 0 ? '-' : some.join(', ');
}
