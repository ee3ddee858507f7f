import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import { ask } from '../../support/cli/ask.js';
import { TestIO, run } from '../../support/cli/run.js';
import { launchBrowser, WatchedPage } from '../../support/browser/browser.js';
import { counted, countIn, endedIn, expectEventually, stateOf } from '../../support/browser/fleet.js';
import { dropped, FOCUSED, NAMELESS, TOO_FAINT, whenNamed } from '../../support/browser/in-page.js';
import { itInTestAll, sampled } from '../../support/thoroughness.js';

/** A page has fewer things that can be used. */
const MOST_TABS = 200;

/** A state that changes is seen within that time, in milliseconds. */
const SEEN_WITHIN = 200;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(async () => {
  await browser.close();
});

describe('the page, beside serve', () => {
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
    watched = await WatchedPage.open(browser, inspector);
    ({ page } = watched);
  });

  afterEach(async () => {
    await watched.close();
    agent.destroy();
    io.signals.emit('SIGTERM');
    await outcome;
  });

  it('the page shows the chart with the states of sessions, while they come and go', async () => {
    await ask(url, { agent });
    await counted(page, 'connected.open', 1);
    agent.destroy();
    await counted(page, 'connected.open', 0);
    await endedIn(page, 'closed', 1);
    expect(await page.getByRole('status').first().textContent()).toBe('Live');
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll(`shows a change within ${String(SEEN_WITHIN)} ms`, async () => {
    await ask(url, { agent });
    await counted(page, 'connected.open', 1);
    // Measured within the page, by the clock that this process has as well.
    const delays: number[] = [];
    for (let round = 0; round < 5; round++) {
      const other = new http.Agent({ keepAlive: true });
      const seen = page.evaluate<number>(whenNamed('connected.open, 2 sessions'));
      await ask(url, { agent: other });
      const gone = Date.now();
      delays.push((await seen) - gone);
      const left = page.evaluate<number>(whenNamed('connected.open, 1 session'));
      const ended = Date.now();
      other.destroy();
      delays.push((await left) - ended);
    }
    // One that is late by the machine's doing must not hide that the others are not, and the other way round.
    const median = delays.sort((a, b) => a - b)[Math.floor(delays.length / 2)] ?? Infinity;
    expect(median).toBeLessThan(SEEN_WITHIN);
  });

  it('the page leads from a state to its sessions, and from a session to its details', async () => {
    await ask(`${url}/json?one=1`, { agent });
    await counted(page, 'connected.open', 1);
    await stateOf(page, 'connected.open').click();
    await page.getByRole('button', { name: /^server session/ }).click();
    await page.getByText('connected.open').first().waitFor();
    const facts = await page.getByRole('tabpanel').innerText();
    expect(facts).toContain('GET /json');
    expect(facts).toContain(new URL(url).host);
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.getByRole('gridcell', { name: 'response.end' }).first().waitFor();
    await page.getByRole('tab', { name: 'Sequence' }).click();
    expect(await page.getByRole('tabpanel').innerText()).toContain('request.head');
    await page.goBack();
    await page.getByRole('button', { name: /^server session/ }).waitFor();
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('sorts and searches the list', async () => {
    const busy = new http.Agent({ keepAlive: true });
    await ask(url, { agent: busy });
    await ask(url, { agent: busy });
    await ask(url, { agent });
    await counted(page, 'connected.open', 2);
    await stateOf(page, 'connected.open').click();
    await page.getByRole('button', { name: 'Requests', exact: true }).click();
    const requests = (): Promise<string[]> => page.locator('tbody tr td:nth-child(9)').allInnerTexts();
    await page.getByRole('columnheader', { name: 'Requests' }).waitFor();
    await expectEventually(requests, ['2', '1']);
    await page.getByRole('button', { name: 'Requests', exact: true }).click();
    await expectEventually(requests, ['1', '2']);
    await page.getByRole('searchbox', { name: 'Search sessions' }).fill('no such session');
    await page.getByText('No sessions.').waitFor();
    busy.destroy();
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('shows the error of a session that is over, with its testimony', async () => {
    await ask(url, { agent });
    const { status } = await ask(url, { headers: { 'Content-Length': '1, 2' } }).catch(() => ({ status: 0 }));
    expect(status).toBe(400);
    await endedIn(page, 'closed', 1);
    await stateOf(page, 'closed').click();
    await page.getByRole('button', { name: /^server session/ }).click();
    await page.getByRole('tab', { name: 'Error' }).click();
    const error = await page.getByRole('tabpanel').innerText();
    expect(error).toContain('RemoteProtocolError');
    expect(error).toMatch(/parse/);
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('is held, goes back in time, and comes back to now', async () => {
    await ask(url, { agent });
    await counted(page, 'connected.open', 1);
    await page.getByRole('button', { name: 'Pause' }).click();
    agent.destroy();
    const other = new http.Agent({ keepAlive: true });
    await ask(url, { agent: other });
    await ask(url, { agent: other });
    expect(await countIn(page, 'connected.open')).toBe(1);
    await endedIn(page, 'closed', 0);
    await page.getByRole('slider', { name: 'Time' }).press('Home');
    await counted(page, 'connected.open', 0);
    await page.getByRole('button', { name: 'Live' }).click();
    await endedIn(page, 'closed', 1);
    other.destroy();
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('goes through the changes of one session, one by one, by the keyboard', async () => {
    await ask(url, { agent });
    await counted(page, 'connected.open', 1);
    await stateOf(page, 'connected.open').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^server session/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('actor-state').filter({ hasText: 'connected.open' }).waitFor();
    agent.destroy();
    await page.getByTestId('actor-state').filter({ hasText: 'closed' }).waitFor();
    for (let i = 0; i < 40; i++) {
      if ((await page.getByTestId('actor-state').innerText()).startsWith('connected.open')) break;
      await page.keyboard.press(',');
    }
    expect(await page.getByTestId('actor-state').innerText()).toBe('connected.open');
    await page.keyboard.press('p');
    await page.getByTestId('actor-state').filter({ hasText: 'closed' }).waitFor();
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll('writes a recording, and opens it again where no server is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'recording-'));
    await ask(url, { agent });
    await counted(page, 'connected.open', 1);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export recording' }).click(),
    ]);
    const file = join(folder, 'session.json');
    await download.saveAs(file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ format: 'http-session-recording' });
    agent.destroy();
    await endedIn(page, 'closed', 1);

    await page.getByLabel('Recording file').setInputFiles(file);
    await page.getByRole('region', { name: 'Recording' }).waitFor();
    await counted(page, 'connected.open', 1);
    await endedIn(page, 'closed', 0);
    await stateOf(page, 'connected.open').click();
    await page.getByRole('button', { name: /^server session/ }).click();
    await page.getByTestId('actor-state').filter({ hasText: 'connected.open' }).waitFor();
    await page.getByRole('button', { name: 'Back to live' }).click();
    await endedIn(page, 'closed', 1);

    // The same by dropping it on the page.
    await page.evaluate(dropped(readFileSync(file, 'utf8')));
    await page.getByRole('region', { name: 'Recording' }).waitFor();
    await endedIn(page, 'closed', 0);
    await page.getByRole('button', { name: 'Back to live' }).click();

    writeFileSync(file, '{"format":"something else"}');
    await page.getByLabel('Recording file').setInputFiles(file);
    expect(await page.getByRole('alert').innerText()).toContain('This is not a recording');
    rmSync(folder, { recursive: true });
    expect(watched.problems()).toEqual([]);
  });

  itInTestAll(
    'has names for everything that can be used, and ways for those who have no pointer',
    async () => {
      await ask(url, { agent });
      await counted(page, 'connected.open', 1);
      await stateOf(page, 'connected.open').click();
      await page.getByRole('button', { name: /^server session/ }).waitFor();
      expect(await page.evaluate(NAMELESS)).toEqual([]);
      await page.getByRole('combobox', { name: 'Theme' }).focus();
      const reached: string[] = [];
      for (let i = 0; i < MOST_TABS && reached.at(-1) !== 'Theme'; i++) {
        await page.keyboard.press('Tab');
        reached.push(await page.evaluate(FOCUSED));
      }
      expect(reached).toEqual(
        expect.arrayContaining([
          ...['Export recording', 'Chart', 'connected.open, 1 session', 'Time', 'Theme'],
          expect.stringMatching(/^server session \d/),
        ]),
      );
    },
  );

  it.each(sampled(['light', 'dark'] as const, 1))(
    'the page is accessible in %s colours',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await ask(url, { agent });
      await counted(page, 'connected.open', 1);
      expect(await page.evaluate(TOO_FAINT)).toEqual([]);
      await stateOf(page, 'connected.open').click();
      await page.getByRole('button', { name: /^server session/ }).waitFor();
      expect(await page.evaluate(TOO_FAINT)).toEqual([]);
      await page.getByRole('button', { name: /^server session/ }).click();
      for (const name of ['Facts', 'Events', 'Requests', 'Sequence', 'Children']) {
        await page.getByRole('tab', { name }).click();
        expect(await page.evaluate(TOO_FAINT)).toEqual([]);
      }
    },
  );
});
