import { format } from 'node:util';

import { jest } from '@jest/globals';

/** The result of a program: the lines that it printed, and its exports. */
export interface ProgramRun {
  readonly lines: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Runs a module that prints with `console.log`, up to its last statement. */
export async function runProgram(load: () => Promise<unknown>): Promise<ProgramRun> {
  const printed: string[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    printed.push(format(...values));
  });
  try {
    const exports = (await load()) as Record<string, unknown>;
    return { lines: printed.join('\n').split('\n'), exports };
  } finally {
    log.mockRestore();
  }
}
