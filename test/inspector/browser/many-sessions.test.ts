import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import { sessionMachine } from '../../../machines/session.machine.js';
import type { InspectionModel } from '../../../src/inspector/model/inspection-model.js';
import { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { launchBrowser, WatchedPage } from '../../support/browser/browser.js';
import { counted, stateOf } from '../../support/browser/fleet.js';
import { fluidity } from '../../support/browser/in-page.js';
import { itInTestAll } from '../../support/thoroughness.js';

const SESSIONS = 10_000;
const STATES = ['connected.open', 'connected.halfClosed', 'connected.draining', 'connected.lingering'];
/** Sessions that change with each turn of the event loop. */
const AT_ONCE = 50;
const DURATION = 3_000;

let browser: Browser;
let inspector: InspectorPage;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  inspector = await InspectorPage.open({ port: 0 });
  for (let i = 0; i < SESSIONS; i++) {
    inspector.model.appeared({
      ...{ id: `s${String(i)}`, name: `server session ${String(i)}`, parent: null, status: 'active' },
      ...{ definition: sessionMachine.config, state: 'connected.open' },
    });
  }
  watched = await WatchedPage.open(browser, inspector.url);
  ({ page } = watched);
});
afterEach(async () => {
  await watched.close();
  await inspector.close();
});

/** Moves sessions from state to state, as fast as the event loop turns, until it is told to stop. */
function churn(model: InspectionModel): { stop: () => number } {
  let moves = 0;
  let isStopped = false;
  const turn = (): void => {
    for (let i = 0; i < AT_ONCE; i++, moves++) {
      const state = STATES[Math.floor(moves / SESSIONS) % STATES.length] ?? '';
      model.moved(`s${String(moves % SESSIONS)}`, { event: 'session.drain', state, status: 'active' });
    }
    if (!isStopped) setImmediate(turn);
  };
  turn();
  return {
    stop: () => {
      isStopped = true;
      return moves;
    },
  };
}

describe(`${String(SESSIONS)} sessions`, () => {
  it('the page counts and lists many sessions', async () => {
    await counted(page, 'connected.open', '10,000');
    await stateOf(page, 'connected').press('Enter');
    await page.getByTestId('list-count').filter({ hasText: '10,000' }).waitFor();
    await page.getByRole('searchbox', { name: 'Search sessions' }).fill('session 9999');
    await page.getByRole('button', { name: 'server session 9999' }).click();
    await page.getByTestId('actor-state').filter({ hasText: 'connected.open' }).waitFor();
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('stay fluid while thousands of them change each second', async () => {
    await counted(page, 'connected.open', '10,000');
    await stateOf(page, 'connected').press('Enter');
    await page.getByTestId('list-count').filter({ hasText: '10,000' }).waitFor();
    const frames: string[] = [];
    const client = await page.context().newCDPSession(page);
    await client.send('Network.enable');
    client.on('Network.eventSourceMessageReceived', ({ eventName }) => frames.push(eventName));
    const churning = churn(inspector.model);
    const { longest, frames: drawn } = await page.evaluate<{ longest: number; frames: number }>(
      fluidity(DURATION),
    );
    const moves = churning.stop();
    expect(moves).toBeGreaterThan(SESSIONS);
    // Thirty a second at the most, whatever happens; and not so few that it looks frozen.
    const updates = frames.filter((event) => event === 'fleet').length;
    expect(updates).toBeLessThanOrEqual((DURATION / 1_000) * 31 + 1);
    expect(updates).toBeGreaterThan((DURATION / 1_000) * 5);
    // Two cores for this process, which does nothing but change, for the server and for the browser.
    expect(drawn).toBeGreaterThan((DURATION / 1_000) * 10);
    expect(longest).toBeLessThan(1_000);
    expect(watched.problems()).toEqual([]);
  });
});
