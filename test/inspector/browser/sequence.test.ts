import { readFileSync } from 'node:fs';
import http from 'node:http';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createWebSocketInspector } from '@statelyai/inspect';
import type { Browser, Locator, Page } from 'playwright-core';
import { createActor, sendTo, setup } from 'xstate';

import { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { HTTPServer } from '../../../src/server/index.js';
import { launchBrowser, WatchedPage } from '../../support/browser/browser.js';
import { ask } from '../../support/cli/ask.js';
import { itInTestAll } from '../../support/thoroughness.js';

const bell = setup({}).createMachine({
  id: 'bell',
  initial: 'silent',
  states: { silent: { on: { RING: 'ringing' } }, ringing: { on: { RING: 'silent' } } },
});
const door = setup({ actors: { bell } }).createMachine({
  id: 'door',
  invoke: { src: 'bell', id: 'bell' },
  initial: 'closed',
  states: {
    closed: { on: { PUSH: { target: 'open', actions: sendTo('bell', { type: 'RING' }) } } },
    open: { on: { PUSH: 'closed' } },
  },
});

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

/** Opens the sequence of an actor, and lets the page use the clipboard. */
async function openSequence(name: RegExp): Promise<void> {
  const actor = inspector.model.list({}).actors.find((one) => name.test(one.name));
  watched = await WatchedPage.open(browser, `${inspector.url}#actor=${encodeURIComponent(actor?.id ?? '')}`, {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  ({ page } = watched);
  await page.getByRole('tab', { name: 'Sequence' }).click();
  await page.locator('.sequence .step').first().waitFor();
}

/** Resolves once a program has reported an actor of that name. */
async function reported(name: RegExp): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (inspector.model.list({}).actors.some((one) => name.test(one.name))) resolve();
    };
    inspector.model.subscribe(look);
    look();
  });
}

/** The title of a frame. */
function frame(title: RegExp): Locator {
  return page.locator('.frame-name').filter({ hasText: title });
}

function copied(): Promise<string> {
  return page.evaluate<string>('navigator.clipboard.readText()');
}

describe('the sequence of a session', () => {
  let server: HTTPServer;
  let agent: http.Agent;
  let url: string;

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

  it('each request has a frame with its title, and participants have bars', async () => {
    await ask(`${url}/json`, { agent });
    await ask(`${url}/json`, { agent });
    await openSequence(/^server session/);
    await frame(/^#2 GET \/json 200/).waitFor();
    expect(await page.locator('.request-frame').count()).toBe(2);
    expect(await page.locator('.busy').count()).toBeGreaterThanOrEqual(4);
    await page.getByRole('button', { name: 'socket to session: request.head' }).first().waitFor();
    expect(watched.problems()).toEqual([]);
  });

  it('the participants stay in view above the newest messages', async () => {
    for (let i = 0; i < 30; i++) await ask(url, { agent });
    await openSequence(/^server session/);
    await frame(/^#30 /).waitFor();
    for (const lane of ['server', 'session', 'socket']) {
      expect(await page.locator('.lane-heads').getByText(lane, { exact: true }).isVisible()).toBe(true);
    }
    expect(await page.locator('.sequence .step').count()).toBeLessThan(60);
    await page.getByRole('region', { name: /^Sequence/ }).hover();
    await page.mouse.wheel(0, -3000);
    await page.getByRole('button', { name: /^Newest/ }).click();
    await frame(/^#30 /).waitFor();
    expect(watched.problems()).toEqual([]);
  });

  it('a click on a message goes to its moment, and keeps it marked', async () => {
    await ask(url, { agent });
    await openSequence(/^server session/);
    const message = page.getByRole('button', { name: 'server to socket: response.head' });
    await message.click();
    await page.getByTestId('moment').filter({ hasText: 'ago' }).waitFor();
    expect(await message.getAttribute('aria-pressed')).toBe('true');
    expect(watched.problems()).toEqual([]);
  });

  it('the sequence is copied and saved as Mermaid', async () => {
    await ask(`${url}/json?secret=1`, { agent });
    await openSequence(/^server session/);
    await frame(/^#1 /).waitFor();
    await page.getByRole('button', { name: 'Copy as Mermaid' }).click();
    await page.getByText('Copied').waitFor();
    const text = await copied();
    expect(text).toMatch(/^sequenceDiagram\n {2}participant P0 as server\n/);
    expect(text).toMatch(/Note over P0,P2: #35;1 GET \/json 200/);
    expect(text).not.toContain('secret');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^server-session-\d+\.mmd$/);
    expect(readFileSync(await download.path(), 'utf8')).toBe(text);
    expect(watched.problems()).toEqual([]);
  });
});

describe('the sequence of actors of another program', () => {
  itInTestAll('the sequence of actors of another program has a lane for each, and no requests', async () => {
    inspector = await InspectorPage.open({ port: 0 });
    const teller = createWebSocketInspector({ url: inspector.url.replace('http', 'ws') });
    const actor = createActor(door, { inspect: teller.inspect });
    actor.start();
    actor.send({ type: 'PUSH' });
    await reported(/door/);
    await openSequence(/door/);
    await page.getByRole('button', { name: 'door to bell: RING' }).waitFor();
    await page.getByRole('button', { name: 'outside to door: PUSH' }).waitFor();
    expect(await page.locator('.request-frame').count()).toBe(0);
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.getByRole('row').filter({ hasText: 'closed → open' }).click();
    await page.getByTestId('actor-state').filter({ hasText: 'open' }).waitFor();
    expect(watched.problems()).toEqual([]);
    actor.stop();
    teller.stop();
    await watched.close();
    await inspector.close();
  });
});
