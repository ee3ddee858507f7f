import http from 'node:http';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import { launchBrowser, WatchedPage } from '../../support/browser/browser.js';
import { counted, expectEventually } from '../../support/browser/fleet.js';
import { dropped, FOCUSED, NAMELESS, TOO_FAINT } from '../../support/browser/in-page.js';
import { ask } from '../../support/cli/ask.js';
import { run, TestIO } from '../../support/cli/run.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(async () => {
  await browser.close();
});

const THEME = 'document.documentElement.dataset.theme';
const BACKGROUND = 'getComputedStyle(document.body).backgroundColor';
/** The address without its chart. */
const PLACE = 'location.hash.replace(/^#?(chart=[^&]*)?&?/, "")';
/** Whether the focus is in a row of a table. */
const IN_ROW = `document.activeElement.closest('[data-row], tbody tr') !== null`;
const IN_DIALOG = `document.activeElement.closest('dialog') !== null`;

/** The name of the session whose row has the focus: its ages change. */
async function focusedRow(page: Page): Promise<string | undefined> {
  return /^\w+ session \d+/.exec(await page.evaluate<string>(FOCUSED))?.[0];
}

describe('the keys of the page', () => {
  let io: TestIO;
  let outcome: Promise<unknown>;
  let url: string;
  let inspector: string;
  let agent: http.Agent;
  let watched: WatchedPage;
  let page: Page;

  beforeEach(async () => {
    io = new TestIO();
    outcome = run(['serve', '--port', '0', '--inspect', '0'], io);
    [, url = ''] = await io.printed(/^listening on (http:\S+)\n/);
    [, inspector = ''] = await io.complained(/^inspector at (http:\S+)\n/);
    agent = new http.Agent({ keepAlive: true });
    await Promise.all([ask(url, { agent }), ask(url, { agent })]);
    watched = await WatchedPage.open(browser, inspector);
    ({ page } = watched);
    await counted(page, 'connected.open', 2);
  });

  afterEach(async () => {
    await watched.close();
    agent.destroy();
    io.signals.emit('SIGTERM');
    await outcome;
  });

  it('? lists all keys in a dialog that keeps the focus, and Esc closes it and nothing else', async () => {
    await page.goto(`${inspector}/#state=`);
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.waitFor();
    expect(await dialog.textContent()).toMatch(/Search.*Next row.*Next error/s);
    for (let press = 0; press < 4; press++) {
      await page.keyboard.press('Tab');
      // The browser itself is part of the round.
      expect(await page.evaluate(`${IN_DIALOG} || document.activeElement === document.body`)).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate(PLACE)).toBe('state=');
    expect(watched.problems()).toEqual([]);
  });

  it('/ searches, and Esc leaves the search', async () => {
    await page.goto(`${inspector}/#state=`);
    const search = page.getByRole('searchbox');
    await search.waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('j/k?');
    expect(await search.inputValue()).toBe('j/k?');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await search.inputValue()).toBe('');
    expect(await page.evaluate(`document.activeElement.matches('input')`)).toBe(false);
  });

  it('j and k move through the rows, Enter opens one, and Esc leads back, one thing at a time', async () => {
    await page.goto(`${inspector}/#state=connected.open`);
    await page.getByRole('table').getByRole('row').nth(2).waitFor();
    await page.keyboard.press('j');
    const first = await focusedRow(page);
    expect(first).toBeDefined();
    expect(await page.evaluate(IN_ROW)).toBe(true);
    await page.keyboard.press('j');
    const second = await focusedRow(page);
    expect(second).not.toBe(first);
    await page.keyboard.press('k');
    expect(await focusedRow(page)).toBe(first);
    await page.keyboard.press('Enter');
    await page.getByTestId('actor-state').waitFor();
    await page.keyboard.press('Escape');
    await expectEventually(() => page.evaluate(PLACE), 'state=connected.open');
    await page.keyboard.press('Escape');
    await expectEventually(() => page.evaluate(PLACE), '');
    expect(watched.problems()).toEqual([]);
  });

  it('the theme is that of the system, or the one that was chosen, also after the page is loaded again', async () => {
    const choose = (theme: string): Promise<unknown> =>
      page.getByRole('combobox', { name: 'Theme' }).selectOption(theme);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectEventually(() => page.evaluate(THEME), 'dark');
    const dark = await page.evaluate(BACKGROUND);
    await choose('light');
    expect(await page.evaluate(THEME)).toBe('light');
    expect(await page.evaluate(BACKGROUND)).not.toBe(dark);
    await page.reload();
    await expectEventually(() => page.evaluate(THEME), 'light');
    await choose('auto');
    expect(await page.evaluate(THEME)).toBe('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await expectEventually(() => page.evaluate(THEME), 'light');
  });

  it.each(['light', 'dark'])(
    'the help of the keys is legible and has names in the theme %s',
    async (theme) => {
      await page.getByRole('combobox', { name: 'Theme' }).selectOption(theme);
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      expect(await page.evaluate(TOO_FAINT)).toEqual([]);
      expect(await page.evaluate(NAMELESS)).toEqual([]);
    },
  );

  it('the head of the page is one line at 800 pixels', async () => {
    await page.setViewportSize({ width: 800, height: 600 });
    const box = await page.getByRole('banner').boundingBox();
    expect(box?.height).toBeLessThan(50);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(800);
  });

  it('a chart that takes too long to lay out does not stop the page', async () => {
    const states = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, i) => [
        `s${String(i)}`,
        { on: { next: `s${String((i * 7) % 3_000)}` } },
      ]),
    );
    const actor = {
      id: 'a',
      name: 'a',
      parent: null,
      chart: 'd1',
      state: 's0',
      status: 'active',
      peer: null,
    };
    const more = { context: null, since: 1, changedAt: 1, transitions: 0, totals: null, session: null };
    const recording = {
      ...{ format: 'http-session-recording', version: 1, at: 2, dropped: 0, log: [] },
      definitions: [{ key: 'd1', name: 'wide', config: { id: 'wide', initial: 's0', states } }],
      actors: [{ ...actor, ...more, earlier: [], isForgotten: false }],
    };
    await page.evaluate(dropped(JSON.stringify(recording)));
    await page.getByRole('region', { name: 'Recording' }).waitFor();
    // It is laid out beside the page, which answers meanwhile.
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor({ timeout: 2_000 });
  });
});
