import { afterEach, jest } from '@jest/globals';

import type { HTTPServer } from '../../../src/index.js';
import type { CodeBlock } from './markdown.js';
import { runPageProgram, type Replacements } from './page-program.js';

/** A running program of a page that has started a server. */
export interface StartedProgram {
  readonly port: number;
  /** What it has printed so far, also after its last statement. */
  readonly lines: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  /** Calls the listener for SIGTERM that the program has set, and waits for it. */
  terminate(): Promise<void>;
}

/** Runs the programs of one page, and after each test stops what they have started. */
export class PageCheck {
  readonly #blocks: ReadonlyMap<string, readonly CodeBlock[]>;
  readonly #cleanups: (() => unknown)[] = [];

  constructor(blocks: ReadonlyMap<string, readonly CodeBlock[]>) {
    this.#blocks = blocks;
    afterEach(async () => {
      for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
      jest.restoreAllMocks();
    });
  }

  /** The headings that have programs. */
  get headings(): readonly string[] {
    return [...this.#blocks.keys()].filter((heading) => this.#programsUnder(heading).length > 0);
  }

  /** The only program under a heading. */
  program(heading: string): string {
    const [program, ...others] = this.#programsUnder(heading);
    if (program === undefined || others.length > 0)
      throw new Error(`"${heading}" has ${String(others.length + Number(program !== undefined))} programs`);
    return program;
  }

  /** The output of the program under a heading, as the page shows it. */
  output(heading: string): readonly string[] {
    const block = this.#blocks.get(heading)?.find(({ language }) => language === '');
    if (block === undefined) throw new Error(`"${heading}" has no output`);
    return block.code.trimEnd().split('\n');
  }

  #programsUnder(heading: string): readonly string[] {
    const blocks = this.#blocks.get(heading) ?? [];
    return blocks.filter(({ language }) => language === 'js').map(({ code }) => code);
  }

  /** Registers something to do after the test, in reverse order. */
  cleanup(act: () => unknown): void {
    this.#cleanups.push(act);
  }

  /** Runs a program that starts a server as `server` on `port`, which is stopped when the test is over. */
  async start(
    heading: string,
    names: readonly string[] = [],
    replacements: Replacements = {},
  ): Promise<StartedProgram> {
    const before = process.listeners('SIGTERM');
    const { lines, exports } = await runPageProgram(
      this.program(heading),
      ['server', 'port', ...names],
      replacements,
    );
    const set = process.listeners('SIGTERM').filter((listener) => !before.includes(listener));
    this.cleanup(async () => {
      for (const listener of set) process.off('SIGTERM', listener);
      await (exports['server'] as HTTPServer).stop();
    });
    const printed = [...lines].filter((line) => line !== '');
    jest.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
      printed.push(
        values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' '),
      );
    });
    return {
      port: exports['port'] as number,
      lines: printed,
      exports,
      terminate: async () => {
        for (const listener of set as readonly ((signal: string) => unknown)[]) await listener('SIGTERM');
      },
    };
  }
}
