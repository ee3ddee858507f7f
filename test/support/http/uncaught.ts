import { afterAll, beforeAll, expect } from '@jest/globals';

/** What would end a process: exceptions and rejections that were not caught. Fails the file where there are any. */
export function expectNothingUncaught(): unknown[] {
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => {
    uncaught.push(error);
  };
  beforeAll(() => {
    process.on('uncaughtException', note).on('unhandledRejection', note);
  });
  afterAll(() => {
    process.off('uncaughtException', note).off('unhandledRejection', note);
    expect(uncaught).toEqual([]);
  });
  return uncaught;
}
