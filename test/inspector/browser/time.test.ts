import http from 'node:http';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import { exchangeMachine } from '../../../machines/index.js';
import { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { HTTPServer } from '../../../src/server/index.js';
import { launchBrowser, WatchedPage } from '../../support/browser/browser.js';
import { ask } from '../../support/cli/ask.js';

/** A busy machine takes its time to open pages, in milliseconds. */
jest.setTimeout(60_000);

/** What the browser says of a server that is gone, and of another one that does not know the chart that is shown. */
const LOST = /ERR_CONNECTION|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|404/;

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
  server = new HTTPServer((_request, response) => response.end('hello'));
  const { port } = await server.listen();
  url = `http://127.0.0.1:${String(port)}`;
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

/** Resolves once the page counts that many sessions; without the drawing of their chart, which takes its time. */
function total(shown: Page, name: 'live' | 'ended', count: number): Promise<void> {
  return shown
    .getByTestId(`total-${name}`)
    .filter({ hasText: new RegExp(`^${String(count)}$`) })
    .waitFor();
}

/** The id of the session that was seen last. */
function lastSession(): string {
  const [last] = inspector.model.list({ search: 'server session', order: 'age', ascending: true }).actors;
  return last?.id ?? '';
}

/** Opens a session by its address, as a link does. */
async function openSession(id: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#actor=${encodeURIComponent(id)}`)}`);
  await page.getByRole('tab', { name: 'Facts' }).waitFor();
}

/** The value beside a name in the facts. */
function fact(name: string): Promise<string> {
  return page
    .locator('.facts dl > div', { has: page.locator(`dt:text-is("${name}")`) })
    .locator('dd')
    .innerText();
}

const moment = (): Promise<string> => page.getByTestId('moment').innerText();
const hash = (): Promise<URLSearchParams> =>
  page.evaluate<string>('location.hash.slice(1)').then((text) => new URLSearchParams(text));

describe('numbers of the page', () => {
  it('a timer that runs says what is left of it, and counts down', async () => {
    await ask(url, { agent });
    await openSession(lastSession());
    const left = async (): Promise<number> => Number(/([\d.]+) s left/.exec(await fact('keepAlive'))?.[1]);
    const first = await left();
    expect(first).toBeGreaterThan(50);
    expect(await fact('head')).toBe('1 min');
    for (let last = first; last > first - 0.3; last = await left()) expect(last).toBeLessThanOrEqual(first);
    expect(watched.problems()).toEqual([]);
  });

  it('the age of a session that has ended stops', async () => {
    await ask(url, { agent });
    const id = lastSession();
    await openSession(id);
    const age = await fact('age');
    await page
      .locator('.facts dd', { hasText: new RegExp(`^(?!${age})\\d+\\.\\d s$`) })
      .first()
      .waitFor();
    agent.destroy();
    await page.getByTestId('actor-state').filter({ hasText: 'closed' }).waitFor();
    const lived = await fact('lived');
    expect(await fact('ended')).toMatch(/^\d\d:\d\d:\d\d\.\d{3}, .* ago$/);
    // The next report comes after a second; the age is the same.
    const ago = await fact('ended');
    await page.locator('.facts').filter({ hasNotText: ago }).waitFor();
    expect(await fact('lived')).toBe(lived);
    expect(watched.problems()).toEqual([]);
  });

  it('time travel moves what has a history, and greys what is of now', async () => {
    await ask(url, { agent });
    const id = lastSession();
    await openSession(id);
    agent.destroy();
    await page.getByTestId('actor-state').filter({ hasText: 'closed' }).waitFor();
    const transitions = Number(await fact('transitions'));
    while (!(await page.getByTestId('actor-state').innerText()).startsWith('connected.open'))
      await page.keyboard.press(',');
    await page.getByTestId('facts-time').waitFor();
    expect(await fact('status')).toBe('active');
    expect(Number(await fact('transitions'))).toBeLessThan(transitions);
    const grey = page.locator('.of-now dt');
    expect(await grey.allInnerTexts()).toEqual(
      expect.arrayContaining(['local', 'remote', 'received', 'keepAlive']),
    );
    await page.keyboard.press('p');
    await grey.first().waitFor({ state: 'detached' });
    expect(watched.problems()).toEqual([]);
  });
});

describe('a session with more changes than the page has', () => {
  it('a session with more changes than the page has is shown as it was at any recorded moment', async () => {
    await ask(url, { agent });
    const id = lastSession();
    const exchange = `${id}!later`;
    const { model } = inspector;
    const definition = exchangeMachine.config;
    const report = { id: exchange, state: 'idle.fresh', status: 'active' } as const;
    model.appeared({ ...report, name: 'exchange', parent: id, definition });
    const move = (count: number): void => {
      for (let i = 0; i < count; i++) model.moved(exchange, { ...report, event: 'request.begin' });
    };
    move(3);
    const at = Date.now();
    while (Date.now() <= at);
    move(3_000);
    await page.goto(`${inspector.url}/#actor=${id}&at=${String(at)}`);
    await page.getByTestId('actor-state').filter({ hasText: 'connected.open' }).waitFor();
    await page.getByTestId('facts-time').waitFor();
    expect(await fact('status')).toBe('active');
    expect(await moment()).toMatch(/ago\)$/);
    expect(watched.problems()).toEqual([]);
  });
});

describe('the address of the page', () => {
  it('the address of the page keeps the moment, so that a link shows others the same', async () => {
    await ask(url, { agent });
    await total(page, 'live', 1);
    await page.keyboard.press('p');
    agent.destroy();
    await page.waitForURL(/at=/);
    const link = page.url();
    const other = await WatchedPage.open(browser, link);
    await total(other.page, 'live', 1);
    expect(await other.page.getByTestId('moment').innerText()).toMatch(/ago\)$/);
    await other.page.getByRole('button', { name: 'Live' }).click();
    await total(other.page, 'live', 0);
    expect(other.problems()).toEqual([]);
    await other.close();
  });

  it('the way back leads to the tab and to the time that were shown', async () => {
    await ask(url, { agent });
    const id = lastSession();
    await openSession(id);
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.keyboard.press(',');
    await page.keyboard.press(',');
    const then = await moment();
    expect(then).not.toBe('now');
    await page.getByRole('button', { name: '← All' }).click();
    await page.getByRole('heading', { name: 'All sessions' }).waitFor();
    await page.keyboard.press('p');
    await page.getByTestId('moment').filter({ hasText: 'now' }).waitFor();
    await page.goBack();
    await page.getByRole('tab', { name: 'Events', selected: true }).waitFor();
    expect((await moment()).slice(0, 12)).toBe(then.slice(0, 12));
    expect(watched.problems()).toEqual([]);
  });

  it('the address of an actor that is not known says what may be wrong, and leads on', async () => {
    await ask(url, { agent });
    await page.evaluate("location.hash = '#actor=gone'");
    await page.getByText(/No actor “gone” is known here.*an earlier process/).waitFor();
    await page.getByRole('button', { name: 'Show all sessions' }).click();
    await page.getByRole('heading', { name: 'All sessions' }).waitFor();
    expect(watched.problems()).toEqual([]);
  });
});

describe('the range of the timeline in a browser', () => {
  it('a range that is dragged is shown alone, until its button or the present resets it', async () => {
    await ask(url, { agent });
    await total(page, 'live', 1);
    const box = await page.getByTestId('lanes').boundingBox();
    const [right, y] = [(box?.x ?? 0) + (box?.width ?? 0), (box?.y ?? 0) + 8];
    await page.mouse.move(right - 12, y);
    await page.mouse.down();
    await page.mouse.move(right - 300, y, { steps: 4 });
    await page.mouse.up();
    await page
      .getByTestId('timeline-hint')
      .filter({ hasText: /requests, .* failed, .* errors/ })
      .waitFor();
    await page.waitForURL(/from=/);
    const chosen = await hash();
    expect(Number(chosen.get('to'))).toBeGreaterThan(Number(chosen.get('from')));
    expect(chosen.get('at')).toBe(chosen.get('to'));
    await page.getByRole('button', { name: 'Whole time' }).click();
    await page.waitForURL((there) => !there.hash.includes('from='));
    await page.getByRole('button', { name: 'Live' }).click();
    await page.waitForURL((there) => !there.hash.includes('at='));
    expect(watched.problems()).toEqual([]);
  });

  it('a click into the bars goes to its time', async () => {
    await ask(url, { agent });
    await total(page, 'live', 1);
    const box = await page.getByTestId('lanes').boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) - 40, (box?.y ?? 0) + 8);
    await page.getByTestId('moment').filter({ hasText: 'ago' }).waitFor();
    expect(watched.problems()).toEqual([]);
  });
});

describe('errors on the timeline', () => {
  it('an error on the timeline leads to the ten seconds before it, and to its session', async () => {
    await ask(`${url}/before`, { agent });
    await ask(`${url}/bad`, { headers: { 'Content-Length': '1, 2' } });
    await page.getByTestId('error-lane').locator('.mark title').first().waitFor({ state: 'attached' });
    expect(await page.getByTestId('error-lane').locator('.mark title').first().textContent()).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} {2}ERR_HTTP_SESSION_BAD_CONTENT_LENGTH {2}\S/,
    );
    await page.getByTestId('error-lane').locator('.mark').last().click();
    const note = page.getByRole('dialog', { name: 'Error' });
    await note.getByText(/server session/).waitFor();
    expect(await moment()).toMatch(/ago\)$/);
    await note.getByRole('button', { name: 'Show the 10 s before' }).click();
    await page.getByRole('tab', { name: 'Requests', selected: true }).waitFor();
    await page.getByText('/before').first().waitFor();
    const { at, from, to } = Object.fromEntries(await hash());
    expect([Number(at), Number(to) - Number(from)]).toEqual([Number(to), 10_000]);

    await page.keyboard.press('p');
    await page.getByTestId('moment').filter({ hasText: 'now' }).waitFor();
    await page.keyboard.press('[');
    await note.getByRole('button', { name: 'Open its session' }).click();
    await page.getByRole('tab', { name: 'Events', selected: true }).waitFor();
    await page.keyboard.press('p');
    await page.getByTestId('moment').filter({ hasText: 'now' }).waitFor();
    await page.keyboard.press('[');
    await note.waitFor();
    await page.keyboard.press('Escape');
    await note.waitFor({ state: 'detached' });
    expect(watched.problems()).toEqual([]);
  });
});

describe('a page whose server is gone', () => {
  it('a page whose server is gone says since when, and says so when another process answers', async () => {
    await ask(url, { agent });
    await openSession(lastSession());
    const { port } = new URL(inspector.url);
    await inspector.close();
    await page.getByRole('region', { name: 'Connection' }).waitFor();
    expect(await page.getByRole('region', { name: 'Connection' }).innerText()).toMatch(
      /^The server is gone since \d\d:\d\d:\d\d\. This is the last known state/,
    );
    expect(await moment()).toMatch(/^last known, /);
    expect(await page.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
    expect(await page.locator('body').innerText()).not.toMatch(/\bLive\b|\bnow\b/);
    const [age, left] = [await fact('age'), await fact('keepAlive')];
    // Two frames that are drawn, and nothing moves.
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    expect([await fact('age'), await fact('keepAlive')]).toEqual([age, left]);

    inspector = await InspectorPage.open({ port: Number(port), of: [] });
    await page.getByRole('region', { name: 'Another process' }).waitFor();
    await page.getByText(/No actor .* is known here/).waitFor();
    expect(await page.getByRole('region', { name: 'Connection' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByRole('region', { name: 'Another process' }).count()).toBe(0);
    expect(watched.problems(LOST)).toEqual([]);
  });

  it('a chart whose layout could not be loaded says so, and is drawn by the process that answers then', async () => {
    await ask(url, { agent });
    await page.route('**/assets/layout-worker-*', (route) => route.abort());
    await page.reload();
    await page.getByText(/This chart cannot be drawn: /).waitFor();
    const { port } = new URL(inspector.url);
    await inspector.close();
    await page.getByRole('region', { name: 'Connection' }).waitFor();
    await page.unroute('**/assets/layout-worker-*');

    inspector = await InspectorPage.open({ port: Number(port), of: [server] });
    await page.getByRole('region', { name: 'Another process' }).waitFor();
    await page.getByRole('button', { name: /^connected\.open, / }).waitFor();
    expect(watched.problems(LOST)).toEqual([]);
  });
});
