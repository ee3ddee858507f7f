import http from 'node:http';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import { sessionMachine } from '../../../machines/session.machine.js';
import { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { HTTPServer } from '../../../src/server/index.js';
import { ask } from '../../support/cli/ask.js';
import { launchBrowser, WatchedPage } from '../../support/browser/browser.js';
import { expectEventually } from '../../support/browser/fleet.js';
import { itInTestAll } from '../../support/thoroughness.js';

let browser: Browser;
let server: HTTPServer;
let inspector: InspectorPage;
let url: string;
let agent: http.Agent;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(async () => {
  await browser.close();
});

beforeEach(async () => {
  server = new HTTPServer((request, response) => {
    if (request.path === '/broken') response.status = 500;
    response.end('hello');
  });
  url = `http://127.0.0.1:${String((await server.listen()).port)}`;
  inspector = await InspectorPage.open({ port: 0, of: [server] });
  agent = new http.Agent({ keepAlive: true });
  watched = await WatchedPage.open(browser, inspector.url);
  ({ page } = watched);
});
afterEach(async () => {
  await watched.close();
  agent.destroy();
  await server.stop();
  await inspector.close();
});

/** Makes up sessions, each one younger than the one before. */
async function madeUp(count: number, state = 'connected.open'): Promise<void> {
  for (let i = 0; i < count; i++) {
    const begin = Date.now();
    while (count < 10 && Date.now() === begin) await new Promise(setImmediate);
    inspector.model.appeared({
      ...{ id: `s${String(i)}`, name: `session ${String(i)}`, parent: null, status: 'active' },
      ...{ definition: sessionMachine.config, state },
    });
  }
}

/** The value of a tile of the status strip. */
const tile = (name: string): Promise<string> => page.getByTestId(`tile-${name}`).innerText();

/** The names of the first sessions in the list. */
const names = async (): Promise<string[]> =>
  (await page.locator('tbody tr[data-row] th').allInnerTexts()).slice(0, 3);

describe('the status strip', () => {
  it('the status strip counts connections, requests and failures, these in the colour of errors', async () => {
    await ask(url, { agent });
    await expectEventually(() => tile('connections'), '1');
    await expectEventually(() => tile('failed'), '0');
    expect(await page.locator('.tile.error').count()).toBe(0);
    await ask(`${url}/broken`, { agent });
    await expectEventually(() => tile('failed'), '1');
    expect(await page.locator('.tile.error').innerText()).toContain('Failed');
    expect(await tile('p50')).toMatch(/ ms$/);
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('shows the moment that the page shows, and is grey', async () => {
    await ask(url, { agent });
    await page.getByTestId('tile-p50').filter({ hasText: 'ms' }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('.strip.past').waitFor();
    agent.destroy();
    // A page that was not open then knows it as well.
    await page.waitForURL(/at=/);
    await page.reload();
    await page.getByText('As of the moment shown').waitFor();
    await page.getByTestId('tile-p50').filter({ hasText: 'ms' }).waitFor();
    expect(await tile('connections')).toBe('1');
    // Of the sessions then it is not known what their requests were.
    expect(await page.locator('tbody td.of-now').first().innerText()).toBe('GET');
    expect(await page.locator('thead th.of-now').first().getAttribute('title')).toContain('as it is now');
    await page.getByRole('button', { name: 'Live' }).click();
    await expectEventually(() => tile('connections'), '0');
    expect(await page.locator('tbody td.of-now').count()).toBe(0);
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('says once what it cannot know of other programs, and has no zeros for it', async () => {
    await madeUp(3);
    inspector.model.drop('unreadable');
    await page.getByTestId('total-dropped').waitFor();
    expect(await page.locator('.strip-note').innerText()).toContain('reports were dropped');
    expect(watched.problems()).toEqual([]);
  });
});

describe('the states over time', () => {
  it('the states over time are drawn, and a click goes to that time', async () => {
    await ask(url, { agent });
    const plot = page.getByRole('img', { name: /in which state since/ });
    await plot.locator('canvas').waitFor();
    await page.locator('.areas-legend').getByText('connected.open').waitFor();
    const { x, y, width, height } = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(x + width - 40, y + height / 3);
    await page.mouse.click(x + width - 40, y + height / 3);
    await page.getByTestId('moment').filter({ hasText: 'ago' }).waitFor();
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('stay folded when the page is opened again', async () => {
    await ask(url, { agent });
    const fold = page.getByRole('button', { name: 'States over time' });
    await fold.click();
    expect(await fold.getAttribute('aria-expanded')).toBe('false');
    await page.reload();
    await fold.waitFor();
    expect(await fold.getAttribute('aria-expanded')).toBe('false');
    expect(watched.problems()).toEqual([]);
  });
});

describe('the list of sessions', () => {
  it('the list of sessions is open, and has the last request of each', async () => {
    await ask(`${url}/json?secret=1`, { agent });
    const row = page.locator('tbody tr[data-row]').filter({ hasText: 'server session' });
    await row.filter({ hasText: '/json' }).waitFor();
    expect(await row.innerText()).not.toContain('secret');
    expect(await row.innerText()).toMatch(/connected\.open\s[\s\S]*GET\s+\/json\s+200/);
    expect(watched.problems()).toEqual([]);
  });

  it('the list of sessions is in the order that the arrow of its head says', async () => {
    await madeUp(3);
    await expectEventually(names, ['session 0', 'session 1', 'session 2']);
    const head = (title: string) => page.getByRole('columnheader', { name: title, exact: false }).first();
    // Descending: the greatest age first.
    expect(await head('Age').getAttribute('aria-sort')).toBe('descending');
    await head('Age').getByRole('button').click();
    await expectEventually(names, ['session 2', 'session 1', 'session 0']);
    expect(await head('Age').getAttribute('aria-sort')).toBe('ascending');
    await head('In state').getByRole('button').click();
    expect(await head('In state').getAttribute('aria-sort')).toBe('descending');
    await expectEventually(names, ['session 0', 'session 1', 'session 2']);
    expect(watched.problems()).toEqual([]);
  });

  it('the list of sessions has all of ten thousand, and draws those in view', async () => {
    await madeUp(10_000);
    await page.getByTestId('list-count').filter({ hasText: '10,000' }).waitFor();
    const frame = page.getByRole('region', { name: 'List of all sessions' });
    const names = page.locator('tbody tr[data-row] th');
    await names
      .filter({ hasText: /^session \d\d?$/ })
      .first()
      .waitFor();
    await page.evaluate(`(() => {
      const frame = document.querySelector('.table-frame');
      frame.scrollTo(0, frame.scrollHeight / 2);
    })()`);
    // Of one millisecond, the first may be any.
    await names
      .filter({ hasText: /^session [45]\d{3}$/ })
      .first()
      .waitFor();
    await frame.press('End');
    await names
      .filter({ hasText: /^session 99\d\d$/ })
      .first()
      .waitFor();
    expect(await names.count()).toBeLessThan(100);
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('opens a session by the keyboard, from a row that has the focus', async () => {
    await madeUp(3);
    await expectEventually(names, ['session 0', 'session 1', 'session 2']);
    await page.locator('tr[data-row="1"]').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'session 1' }).waitFor();
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('finds sessions by path', async () => {
    await ask(`${url}/needle`, { agent });
    const other = new http.Agent({ keepAlive: true });
    await ask(`${url}/hay`, { agent: other });
    await page.getByTestId('list-count').filter({ hasText: '2' }).waitFor();
    await page.getByRole('searchbox', { name: 'Search sessions' }).fill('/NEEDLE');
    await page.getByTestId('list-count').filter({ hasText: '1' }).waitFor();
    other.destroy();
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('keeps its columns where they are while the numbers change', async () => {
    await ask(url, { agent });
    await page.locator('tbody tr[data-row]').first().waitFor();
    const places = (): Promise<unknown> =>
      page.evaluate(
        `[...document.querySelectorAll('.tile, .list thead th')].map((one) => one.getBoundingClientRect().toJSON())`,
      );
    const before = await places();
    for (let i = 0; i < 200; i++)
      await ask(`${url}/a/path/that/is/longer/than/its/column/${String(i)}`, { agent });
    await page.locator('tbody tr[data-row]').filter({ hasText: '/199' }).waitFor();
    expect(await places()).toEqual(before);
    expect(watched.problems()).toEqual([]);
  });
});

describe('the chooser of charts', () => {
  it('the chooser of charts offers those with states', async () => {
    await ask(url, { agent });
    await page.getByRole('option', { name: /^session · 1 live/ }).waitFor({ state: 'attached' });
    const offered = await page.getByRole('combobox', { name: 'Chart' }).getByRole('option').allInnerTexts();
    expect(offered.map((text) => text.split(' ·')[0])).toEqual(expect.arrayContaining(['session', 'server']));
    expect(offered.join()).not.toMatch(/process|bufferService/);
    expect(watched.problems()).toEqual([]);
  });
});
