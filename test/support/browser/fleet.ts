import { expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';

/** The box of a state in the chart of all sessions: its name tells how many are in it. */
export function stateOf(page: Page, state: string): Locator {
  return page.getByRole('button', { name: new RegExp(`^${state.replaceAll('.', '\\.')}, `) });
}

/** How many sessions the box of a state tells of. */
export async function countIn(page: Page, state: string): Promise<number> {
  const label = (await stateOf(page, state).getAttribute('aria-label')) ?? '';
  return Number(/, ([\d,]+) session/.exec(label)?.[1]?.replaceAll(',', ''));
}

/** Resolves once the box of a state tells that number of sessions. */
export async function counted(page: Page, state: string, count: number | string): Promise<void> {
  await page
    .getByRole('button', { name: new RegExp(`^${state.replaceAll('.', '\\.')}, ${String(count)} `) })
    .waitFor();
}

/** Asks again until the answer is the one that is expected; the test's own time limit ends it. */
export async function expectEventually<T>(question: () => Promise<T>, answer: T): Promise<void> {
  let last: T;
  do last = await question();
  while (JSON.stringify(last) !== JSON.stringify(answer));
  expect(last).toEqual(answer);
}

/** Resolves once the box of a state tells that so many actors ended in it; of none it tells nothing. */
export async function endedIn(page: Page, state: string, count: number): Promise<void> {
  const told = count === 0 ? '[\\d,]+ \\w+$' : `.*, ${String(count)} ended`;
  await page.getByRole('button', { name: new RegExp(`^${state.replaceAll('.', '\\.')}, ${told}`) }).waitFor();
}
