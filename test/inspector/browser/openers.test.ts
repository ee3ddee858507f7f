import http from 'node:http';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import type { Browser, Frame, Page } from 'playwright-core';

import { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { launchBrowser, WatchedPage } from '../../support/browser/browser.js';

/** A program in a browser, as its author writes it: `INSPECTOR` is the address, `FRAME` whether it is shown in a frame. */
const PROGRAM = `
  import { createBrowserInspector } from '@statelyai/inspect';
  import { createActor, createMachine } from 'xstate';

  const iframe = document.querySelector('iframe');
  const open = window.open.bind(window);
  window.open = (...where) => (window.popup = open(...where));
  window.heard = [];
  window.addEventListener('message', ({ data }) => window.heard.push(data?.type));
  window.run = (url) => {
    const { inspect } = createBrowserInspector({ url, ...(iframe === null ? {} : { iframe }) });
    const machine = createMachine({ id: 'lamp', initial: 'off', states: { off: { on: { press: 'on' } }, on: {} } });
    const actor = createActor(machine, { inspect });
    actor.start();
    actor.send({ type: 'press' });
  };
`;

let browser: Browser;
let script: string;
let inspector: InspectorPage;
let program: http.Server;

beforeAll(async () => {
  browser = await launchBrowser();
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: process.cwd() },
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser' },
  });
  script = outputFiles[0]?.text ?? '';
}, 60_000);
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  inspector = await InspectorPage.open({ port: 0 });
  program = http.createServer((request, response) => {
    const isScript = request.url === '/program.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    const frame = request.url === '/framed' ? '<iframe></iframe>' : '';
    response.end(isScript ? script : `${frame}<script type="module" src="/program.js"></script>`);
  });
  await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  program.closeAllConnections();
  program.close();
  await inspector.close();
});

function originOfProgram(): string {
  return `http://localhost:${String((program.address() as { port: number }).port)}`;
}

async function openProgram(path = '/'): Promise<Page> {
  const { page } = await WatchedPage.open(browser, originOfProgram() + path);
  await page.waitForFunction('window.run !== undefined');
  return page;
}

/** Opens the inspector as the program does, in a window of its own. */
async function popupOf(page: Page, url: string): Promise<Page> {
  const [popup] = await Promise.all([
    page.context().waitForEvent('page'),
    page.evaluate(`window.run(${JSON.stringify(url)})`),
  ]);
  await popup.waitForLoadState();
  return popup;
}

function showsLamp(page: Page | Frame): Promise<void> {
  return page.getByRole('button', { name: 'on, 1 actor' }).waitFor({ timeout: 8_000 });
}

describe('a window that opens the page', () => {
  it('a window that the address names is asked, and what createBrowserInspector reports is shown', async () => {
    const page = await openProgram();
    const popup = await popupOf(page, `${inspector.url}/?opener=${originOfProgram()}`);
    await showsLamp(popup);
    expect(await page.evaluate('window.heard')).toContain('@statelyai.connected');
    await page.context().close();
  });

  it('a window that the address does not name hears nothing, and cannot feed the page', async () => {
    const page = await openProgram();
    const popup = await popupOf(page, inspector.url);
    await popup
      .getByRole('status')
      .filter({ hasText: /^Live$/ })
      .waitFor();
    expect(await popup.evaluate('window.opener')).toBeNull();
    expect(await page.evaluate('window.heard')).toEqual([]);
    await page.context().close();
  });

  it('a window of another origin than the one that the address names hears nothing', async () => {
    const page = await openProgram();
    const popup = await popupOf(page, `${inspector.url}/?opener=http://localhost:1`);
    await popup.evaluate(
      "void (window.told = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data.sessionId))))",
    );
    const actor = { type: '@xstate.actor', sessionId: 'x', name: 'fed', snapshot: { value: 'on' } };
    await page.evaluate(`window.popup.postMessage(${JSON.stringify(actor)}, '*')`);
    expect(await popup.evaluate('window.told')).toBe('x');
    await popup.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
    expect(await popup.locator('body').innerText()).not.toContain('fed');
    expect(await page.evaluate('window.heard')).toEqual([]);
    await page.context().close();
  });
});

describe('a window around the page', () => {
  it('a page of this machine that shows the page in a frame is asked', async () => {
    const page = await openProgram('/framed');
    await page.evaluate(`window.run(${JSON.stringify(inspector.url)})`);
    await page.waitForFunction("window.heard.includes('@statelyai.connected')");
    const frame = page.frames().find((each) => each.url().startsWith(inspector.url));
    await showsLamp(frame as Frame);
    await page.context().close();
  });
});
