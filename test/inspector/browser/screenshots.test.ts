import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import { Crowd } from '../../../src/cli/crowd.js';
import { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { HTTPServer } from '../../../src/server/index.js';
import { HTTPClientSession } from '../../../src/session/index.js';
import { systemClock } from '../../../src/transport/index.js';
import { ask, Wire } from '../../support/cli/ask.js';
import { launchBrowser, WatchedPage } from '../../support/browser/browser.js';
import { withPalette } from '../../support/browser/png.js';
import { counted, stateOf } from '../../support/browser/fleet.js';
import { sampled } from '../../support/thoroughness.js';

/** The pictures of the docs, and which page shows each. */
const FOLDER = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const INSPECTOR_DOC = fileURLToPath(new URL('../../../docs/inspector.md', import.meta.url));
const isRenewing = process.env['UPDATE_GENERATED'] !== undefined;
const BOTH = ['light', 'dark'] as const;
const SCHEMES = isRenewing ? BOTH : sampled(BOTH, 1);

/** Seconds. */
const MINUTE = 60;

let browser: Browser;
let server: HTTPServer;
let inspector: InspectorPage;
let url: string;
let crowd: Crowd | undefined;
const agent = new http.Agent({ keepAlive: true });
const wires: Wire[] = [];

/** A server in the middle of a day: sessions that wait, one that has failed, one that nobody answers yet. */
beforeAll(async () => {
  browser = await launchBrowser();
  server = new HTTPServer(async (request, response) => {
    if (request.path === '/slow') return;
    await request.bytes();
    if (request.path === '/missing') response.status = 404;
    response.end('hello');
  });
  const { port } = await server.listen();
  url = `http://127.0.0.1:${String(port)}`;
  const client = new HTTPClientSession('127.0.0.1', port);
  inspector = await InspectorPage.open({ port: 0, of: [server, client] });
  await Promise.all(Array.from({ length: 6 }, () => ask(`${url}/reports?year=2026`, { agent })));
  await (await client.request({ path: '/slow-query' })).bytes();
  await ask(url, { headers: { 'Content-Length': '1, 2' } });
  const waiting = new Wire(url);
  waiting.socket.end('GET /slow HTTP/1.1\r\nHost: test\r\n\r\n');
  wires.push(waiting);
  if (!isRenewing) return;
  // The pictures of the docs show a minute of traffic.
  crowd = new Crowd('127.0.0.1', port, systemClock);
  crowd.start();
  await new Promise<void>((resolve) => {
    const unsubscribe = inspector.model.subscribe(() => {
      if ((inspector.model.pulse().server?.seconds.length ?? 0) < MINUTE) return;
      unsubscribe();
      resolve();
    });
  });
}, 180_000);

afterAll(async () => {
  crowd?.stop();
  agent.destroy();
  for (const { socket } of wires) socket.destroy();
  await server.stop();
  await inspector.close();
  await browser.close();
});

/** The name of the session that has failed. */
function failed(): string {
  const [first] = inspector.model.list({ order: 'errors', state: 'closed' }).actors;
  expect(first?.totals).toMatchObject({ errors: 1 });
  return first?.name ?? '';
}

/** Takes a picture; it is that of the docs when they are renewed. */
async function picture(page: Page, name: string): Promise<void> {
  const taken = await page.screenshot();
  expect(sizeOf(taken)).toEqual([1280, 800]);
  if (isRenewing) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(`${FOLDER}${name}.png`, withPalette(taken));
  }
  expect(sizeOf(readFileSync(`${FOLDER}${name}.png`))).toEqual([1280, 800]);
  expect(readFileSync(INSPECTOR_DOC, 'utf8')).toContain(`images/${name}.png`);
}

/** Width and height of a PNG picture, from its first chunk. */
function sizeOf(png: Buffer): [number, number] {
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

describe('the pictures of the docs', () => {
  it.each(SCHEMES)('the pictures of the docs show all sessions, in %s colours', async (colorScheme) => {
    const watched = await WatchedPage.open(browser, inspector.url, { colorScheme });
    const { page } = watched;
    await counted(page, 'connected.halfClosed', 1);
    await stateOf(page, 'connected').press('Enter');
    await page
      .getByRole('button', { name: /^server session/ })
      .first()
      .waitFor();
    await picture(page, `inspector-fleet-${colorScheme}`);
    expect(watched.problems()).toEqual([]);
    await watched.close();
  });

  it.each(SCHEMES)('the pictures of the docs show one session, in %s colours', async (colorScheme) => {
    const watched = await WatchedPage.open(browser, inspector.url, { colorScheme });
    const { page } = watched;
    await stateOf(page, 'closed').click();
    await page.getByRole('button', { name: failed(), exact: true }).click();
    await page.getByRole('tab', { name: 'Error' }).click();
    await page.getByRole('img', { name: /closed, current state/ }).waitFor();
    await picture(page, `inspector-session-${colorScheme}`);
    expect(watched.problems()).toEqual([]);
    await watched.close();
  });
});
