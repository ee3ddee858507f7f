import type { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';

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

/** How many connections of a server are in which state: in place on a terminal, as lines where it has changed elsewhere. */
export class Picture {
  readonly #server: HTTPServer;
  readonly #traffic: Traffic;
  readonly #output: Writable;
  readonly #clock: Clock;
  readonly #isTerminal: boolean;
  readonly #endWatch: () => void;
  #answered = 0;
  #shown: readonly string[] = [];
  #timer: ClockTimer | null = null;

  /** Shows it from now on. */
  constructor(server: HTTPServer, traffic: Traffic, { stdout }: CommandIO, clock: Clock) {
    this.#server = server;
    this.#traffic = traffic;
    this.#output = stdout;
    this.#clock = clock;
    this.#isTerminal = isTerminal(stdout);
    this.#endWatch = watchAnswers(server, ({ status }) => {
      if (status !== undefined) this.#answered++;
    });
    this.#refresh();
  }

  /** Shows it for the last time. */
  end(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#show();
    this.#endWatch();
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
    const { columns = USUAL_COLUMNS } = this.#output as Partial<WriteStream>;
    const above = this.#shown.length;
    const start = above === 0 ? '' : `\u001B[${String(above)}A\r\u001B[J`;
    // A line that the terminal breaks would be two.
    const text = lines.map((line) => `${line.slice(0, columns - 1)}\n`).join('');
    this.#output.write(start + text, () => undefined);
  }

  #lines(): string[] {
    const { states, activities } = this.#server.counts();
    const { currentConnections, totalConnections } = this.#server;
    const visitors = this.#traffic.visitors.map(({ name, state }) => `${name} ${state}`);
    return [
      `connections  ${String(currentConnections)} of ${String(totalConnections)} so far`,
      `states       ${countsOf(states)}`,
      `doing        ${countsOf(activities)}`,
      `answered     ${counted(this.#answered, 'request')}`,
      `visitors     ${visitors.join(', ')}`,
    ];
  }
}

function countsOf(counts: Readonly<Record<string, number | undefined>>): string {
  const some = Object.entries(counts).flatMap(([name, count = 0]) =>
    count === 0 ? [] : `${name} ${String(count)}`,
  );
  return some.length === 0 ? '-' : some.join(', ');
}
