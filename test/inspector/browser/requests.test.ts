import http from 'node:http';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { HTTPServer } from '../../../src/server/index.js';
import { ask, Wire } from '../../support/cli/ask.js';
import { launchBrowser, WatchedPage } from '../../support/browser/browser.js';
import { expectEventually } from '../../support/browser/fleet.js';
import { itInTestAll } from '../../support/thoroughness.js';

/** How long a slow path takes, in milliseconds. */
const SLOW = 120;

let browser: Browser;
let server: HTTPServer;
let inspector: InspectorPage;
let url: string;
let agent: http.Agent;
let stuck: Wire;
let watched: WatchedPage;
let page: Page;

/** Mixed traffic: fast and slow paths, a failure, one that is not found, and a handler that does not answer. */
beforeAll(async () => {
  browser = await launchBrowser();
  server = new HTTPServer(({ path }, response) => {
    if (path === '/stuck') return;
    const begun = Date.now();
    while (path === '/slow' && Date.now() - begun < SLOW);
    response.status = path === '/broken' ? 500 : path === '/nowhere' ? 404 : 200;
    response.end('hello');
  });
  url = `http://127.0.0.1:${String((await server.listen()).port)}`;
  inspector = await InspectorPage.open({ port: 0, of: [server] });
  agent = new http.Agent({ keepAlive: true });
  stuck = new Wire(url);
  stuck.socket.write('GET /stuck HTTP/1.1\r\nHost: test\r\n\r\n');
  for (const path of ['/fast?token=1', '/slow', '/fast', '/nowhere', '/broken'])
    await ask(url + path, { agent });
}, 60_000);
afterAll(async () => {
  agent.destroy();
  stuck.socket.destroy();
  await server.stop();
  await inspector.close();
  await browser.close();
});

beforeEach(async () => {
  watched = await WatchedPage.open(browser, inspector.url);
  ({ page } = watched);
  await page.getByRole('tab', { name: 'Requests' }).click();
  // It takes a second until it counts as stuck.
  await page.locator('tr.pinned').waitFor();
});
afterEach(async () => {
  expect(watched.problems()).toEqual([]);
  await watched.close();
});

/** The texts of a column, by its place from 1. */
const column = (place: number): Promise<string[]> =>
  page.locator(`tbody tr[data-row] > :nth-child(${String(place)})`).allInnerTexts();
const paths = (): Promise<string[]> => column(3);

describe('the table of requests', () => {
  it('the table of requests has the newest first, and on top what has not been answered for long', async () => {
    await expectEventually(paths, ['/stuck', '/broken', '/nowhere', '/fast', '/slow', '/fast', '/stuck']);
    expect(await column(4)).toEqual(['–', '500', '404', '200', '200', '200', '–']);
    expect((await column(7))[0]).toBe('open');
    expect(await page.locator('tr.pinned').count()).toBe(1);
  });

  it('the table of requests shows failed ones alone, and those of a class of statuses', async () => {
    await page.getByRole('combobox', { name: 'Show requests' }).selectOption('failed');
    await expectEventually(() => page.locator('tr[data-row]:not(.pinned)').count(), 1);
    expect((await paths()).at(-1)).toBe('/broken');
    await page.getByRole('combobox', { name: 'Show requests' }).selectOption('open');
    await expectEventually(paths, ['/stuck']);
    await page.getByRole('combobox', { name: 'Show requests' }).selectOption('all');
    await page.getByRole('combobox', { name: 'Status' }).selectOption('4xx');
    await expectEventually(async () => (await paths()).slice(1), ['/nowhere']);
  });

  itInTestAll('shows those that took long, and those of a path', async () => {
    await page.getByRole('combobox', { name: 'Duration' }).selectOption('100');
    await expectEventually(async () => (await paths()).slice(1), ['/slow', '/stuck']);
    await page.getByRole('combobox', { name: 'Duration' }).selectOption('0');
    await page.getByRole('searchbox', { name: 'Search requests' }).fill('fast');
    await expectEventually(paths, ['/fast', '/fast']);
  });

  it('the table of requests hides queries unless they are asked for', async () => {
    await page.getByRole('searchbox', { name: 'Search requests' }).fill('fast');
    await expectEventually(paths, ['/fast', '/fast']);
    await page.getByRole('button', { name: '?query' }).click();
    await expectEventually(paths, ['/fast', '/fast?token=1']);
  });

  it('the table of requests finds the slowest path', async () => {
    await page.getByTestId('tile-p99').click();
    const firstPath = (): Promise<string> => page.locator('tr[data-row="0"] th').innerText();
    await page.getByRole('region', { name: 'Requests by path' }).waitFor();
    await page.getByRole('searchbox', { name: 'Search requests' }).fill('s');
    await page.getByRole('combobox', { name: 'Status' }).selectOption('2xx');
    await expectEventually(firstPath, '/slow');
    await page.locator('tr[data-row="0"]').click();
    await expectEventually(async () => (await paths()).includes('/slow'), true);
  });

  it('a row of the table of requests leads to its session at the moment when it ended', async () => {
    await page.locator('tr[data-row]').filter({ hasText: '/broken' }).click();
    await page.getByRole('heading', { name: /^server session/ }).waitFor();
    await page.getByTestId('moment').filter({ hasText: 'ago' }).waitFor();
    await page.getByRole('tab', { name: 'Requests' }).click();
    await expectEventually(async () => (await paths()).at(-1), '/broken');
    // Those of this session, and no column that says so.
    await expectEventually(async () => (await paths()).length, 5);
    expect(await page.getByRole('columnheader', { name: 'Session' }).count()).toBe(0);
  });

  itInTestAll('leads to the moment, and stays', async () => {
    await page.locator('tr[data-row]').filter({ hasText: '/slow' }).locator('th button').click();
    await page.getByTestId('moment').filter({ hasText: 'ago' }).waitFor();
    // As it was then: what came later is not there.
    await expectEventually(async () => (await paths())[0], '/slow');
  });

  itInTestAll('has a bar of phases on one scale', async () => {
    const bars = page.locator('tr[data-row] .waterfall');
    await bars.first().waitFor();
    expect(await bars.first().getAttribute('aria-label')).toMatch(/waiting for the handler/);
    expect(await page.getByRole('list', { name: 'Colours of the waterfall' }).innerText()).toContain('0 to');
  });
});
