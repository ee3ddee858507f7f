import http from 'node:http';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';

import { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { HTTPServer } from '../../../src/server/index.js';
import { launchBrowser, WatchedPage } from '../../support/browser/browser.js';
import { expectEventually } from '../../support/browser/fleet.js';
import { ask } from '../../support/cli/ask.js';
import { itInTestAll } from '../../support/thoroughness.js';

/** A chart of this size takes its time to be laid out where the machine has much to do. */
const DRAWN = { timeout: 20_000 };

let browser: Browser;
let server: HTTPServer;
let inspector: InspectorPage;
let agent: http.Agent;
let url: string;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  server = new HTTPServer((_, response) => {
    response.end('hello');
  });
  const { port } = await server.listen();
  url = `http://127.0.0.1:${String(port)}`;
  inspector = await InspectorPage.open({ port: 0, of: [server] });
  agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
});
afterEach(async () => {
  await watched.close();
  agent.destroy();
  await server.stop();
  await inspector.close();
});

/** Opens the events of an actor, and lets the page use the clipboard. */
async function openEvents(name: RegExp, viewport = { width: 1280, height: 800 }): Promise<void> {
  const actor = inspector.model.list({}).actors.find((one) => name.test(one.name));
  watched = await WatchedPage.open(browser, `${inspector.url}#actor=${encodeURIComponent(actor?.id ?? '')}`, {
    permissions: ['clipboard-read', 'clipboard-write'],
    viewport,
  });
  ({ page } = watched);
  await page.getByRole('tab', { name: 'Events' }).click();
  await page.getByRole('row').first().waitFor();
}

function row(text: string): Locator {
  return page.getByRole('row').filter({ hasText: text });
}

async function rowCount(): Promise<number> {
  return Number(await page.getByRole('grid').getAttribute('aria-rowcount'));
}

function copied(): Promise<string> {
  return page.evaluate<string>('navigator.clipboard.readText()');
}

const isAtNewest = (): Promise<boolean> =>
  page.evaluate<boolean>(`(() => {
    const { scrollTop, clientHeight, scrollHeight } = document.querySelector('.lines');
    return scrollHeight - clientHeight - scrollTop < 2;
  })()`);

describe('the events of a session', () => {
  it('an event is one line that names the region which changed, below the head of its request', async () => {
    await ask(`${url}/json?page=2`, { agent });
    await openEvents(/^server session/);
    const line = (await row('response.head').innerText()).split(/\s*\n\s*/);
    expect(line.slice(-3)).toEqual(['exchange', 'response.head', 'response: waiting → body']);
    expect(await page.getByText(/^#1 GET \/json 200 (<1|\d+) ms$/).count()).toBe(1);
    const heights = await page
      .getByRole('row')
      .evaluateAll((rows) => rows.map((one) => (one as unknown as { clientHeight: number }).clientHeight));
    expect(new Set(heights).size).toBe(1);
    expect(watched.problems()).toEqual([]);
  });

  it('bookkeeping is hidden until it is asked for, and that is remembered', async () => {
    await ask(url, { agent });
    await openEvents(/^server session/);
    expect(await row('appears').count()).toBe(0);
    await page.getByRole('button', { name: 'Bookkeeping' }).click();
    await row('appears').first().waitFor();
    await page.reload();
    await page.getByRole('tab', { name: 'Events' }).click();
    await row('appears').first().waitFor();
    expect(watched.problems()).toEqual([]);
  });

  it('a click on an event goes to its moment, lights its edge, and keeps it marked', async () => {
    await ask(url, { agent });
    await openEvents(/^server session/);
    await row('response.head').click();
    // Lanes have no arrows: the state that it entered is lit in the place of its edge.
    const entered = page.locator('.state-chip.entered');
    await entered.waitFor(DRAWN);
    expect(await entered.getByRole('img').getAttribute('aria-label')).toBe(
      'active.cycle.response.body, current state, entered last',
    );
    await page.getByText('entered by the last event: response.head').waitFor();
    await page.getByRole('button', { name: 'Every transition' }).click();
    await page.locator('.taken.last').waitFor({ ...DRAWN, state: 'attached' });
    expect(await page.locator('.taken.last').count()).toBe(1);
    expect(await page.getByRole('status').first().textContent()).toBe('Paused');
    expect(await row('response.head').getAttribute('aria-selected')).toBe('true');
    // What has not happened yet at the moment stays in its place.
    expect(await row('response.end').getAttribute('class')).toContain('later');
    await page.getByRole('region', { name: 'Selected event' }).getByRole('button').click();
    await page.getByText('Copied').waitFor();
    expect(JSON.parse(await copied())).toMatchObject({ event: 'response.head', status: 'active' });
    await page.getByRole('button', { name: 'Live', exact: true }).click();
    await page.getByRole('region', { name: 'Selected event' }).waitFor({ state: 'hidden' });
    expect(watched.problems()).toEqual([]);
  });

  it('events are chosen with the keyboard', async () => {
    await ask(url, { agent });
    await openEvents(/^server session/);
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    const selected = page.locator('[role=row][aria-selected=true]');
    await selected.waitFor();
    const all = await page.getByRole('row').allInnerTexts();
    expect(await selected.innerText()).toBe(all.at(-2));
    await page.keyboard.press('Escape');
    await selected.waitFor({ state: 'hidden' });
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('the filter finds events, states and paths, and says how many', async () => {
    await ask(`${url}/first`, { agent });
    await ask(`${url}/second`, { agent });
    await openEvents(/^server session/);
    const filter = page.getByRole('searchbox', { name: 'Filter events' });
    await filter.fill('/second');
    await expectEventually(() => row('request.head').count(), 1);
    await filter.fill('connected.open');
    await expectEventually(() => page.getByRole('row').count(), 1);
    await row('socket.attach').waitFor();
    await filter.fill('no such event');
    await page.getByText('No events.').waitFor();
    expect(watched.problems()).toEqual([]);
  });

  it('a request is copied as curl, which sends it again', async () => {
    await ask(`${url}/it's?a=1&b=2`, { agent });
    await openEvents(/^server session/);
    await page.getByRole('button', { name: 'Copy as curl' }).last().click();
    await page.getByText('Copied').waitFor();
    expect(await copied()).toBe(`curl '${url}/it'\\''s?a=1&b=2'`);
    // A list of requests has no queries unless it is asked for them.
    await page.getByRole('tab', { name: 'Requests' }).click();
    await page.getByRole('button', { name: 'Copy as curl' }).first().click();
    await page.getByText('Copied').waitFor();
    expect(await copied()).toBe(`curl '${url}/it'\\''s'`);
    expect(watched.problems()).toEqual([]);
  });

  it('the newest event stays in view at the bottom until you scroll away, and a button returns to it', async () => {
    for (let i = 0; i < 20; i++) await ask(url, { agent });
    await openEvents(/^server session/);
    await expectEventually(isAtNewest, true);
    for (let i = 0; i < 5; i++) await ask(url, { agent });
    await row('#25').waitFor();
    await expectEventually(isAtNewest, true);
    expect(await page.getByRole('button', { name: /^Newest/ }).count()).toBe(0);

    await page.getByRole('grid').hover();
    await page.mouse.wheel(0, -600);
    await page.getByRole('button', { name: /^Newest/ }).waitFor();
    const [first] = await page.locator('.lines [role=row]').allInnerTexts();
    for (let i = 0; i < 5; i++) await ask(url, { agent });
    await expectEventually(async () => (await rowCount()) > 150, true);
    expect((await page.locator('.lines [role=row]').allInnerTexts())[0]).toBe(first);
    await page.getByRole('button', { name: /^Newest/ }).click();
    await expectEventually(isAtNewest, true);
    await row('#30').waitFor();
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('thousands of events are drawn a screen at a time', async () => {
    for (let i = 0; i < 400; i++) await ask(url, { agent });
    await openEvents(/^server session/);
    await row('#400').waitFor();
    expect(await rowCount()).toBeGreaterThan(2000);
    expect(await page.getByRole('row').count()).toBeLessThan(80);
    await page.getByRole('grid').press('Home');
    await row('socket.attach').waitFor();
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('nothing is wider than a low or a narrow panel', async () => {
    await ask(`${url}/a/long/path/to/something/that/has/a/name`, { agent });
    await openEvents(/^server session/, { width: 320, height: 900 });
    await row('response.head').click();
    const overflow = (): Promise<string[]> =>
      page.evaluate<
        string[]
      >(`[...document.querySelectorAll('.actor-panel, .log-bar, .lines, .event-details')]
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map(({ className }) => className)`);
    expect(await overflow()).toEqual([]);
    await page.getByRole('tab', { name: 'Sequence' }).click();
    await page.getByText('Copy as Mermaid').waitFor();
    expect(await overflow()).toEqual([]);
    expect(watched.problems()).toEqual([]);
  });
});

describe('the error of a session', () => {
  it('the error says in words what happened and leads to the moment', async () => {
    await ask(`${url}/fine`, { agent });
    const refused = await ask(url, { agent, headers: { 'Content-Length': '1, 2' } });
    expect(refused.status).toBe(400);
    await openEvents(/^server session/);
    await page.getByRole('tab', { name: 'Error' }).click();
    const told = await page.getByRole('tabpanel').innerText();
    expect(told).toContain('The connection was in state connected.open, between requests.');
    expect(told).toContain('What the client sent ended it.');
    expect(told).toContain('The server answered with 400.');
    await page.getByRole('button', { name: 'Copy as JSON' }).click();
    await page.getByText('Copied').waitFor();
    expect(JSON.parse(await copied())).toMatchObject({ name: 'RemoteProtocolError' });
    await page.getByRole('button', { name: /^Show the moment/ }).click();
    await page.getByTestId('actor-state').filter({ hasText: 'connected.open' }).waitFor();
    await page.getByRole('tab', { name: 'Events' }).click();
    expect(await page.locator('[role=row][aria-selected=true]').innerText()).toContain('exchange.fail');
    expect(watched.problems()).toEqual([]);
  });
});

describe('the children of an actor', () => {
  it('children are sorted by name, state or transitions', async () => {
    await ask(url, { agent });
    await openEvents(/^server session/);
    await page.getByRole('tab', { name: 'Children' }).click();
    const names = (): Promise<string[]> =>
      page.getByRole('table', { name: 'Children' }).getByRole('row').getByRole('button').allInnerTexts();
    const body = async (): Promise<string[]> => (await names()).slice(3);
    const [service, exchange] = await body();
    expect(service).toBe('bufferService');
    expect(exchange).toMatch(/^session \d+ · request 1$/);
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    await expectEventually(body, [exchange ?? '', 'bufferService']);
    await page.getByRole('columnheader', { name: 'State' }).getByRole('button').click();
    await expectEventually(body, ['bufferService', exchange ?? '']);
    expect(watched.problems()).toEqual([]);
  });
});
