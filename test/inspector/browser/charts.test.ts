import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';

import { exchangeMachine, sessionMachine } from '../../../machines/index.js';
import { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { launchBrowser, WatchedPage } from '../../support/browser/browser.js';
import { counted, expectEventually, stateOf } from '../../support/browser/fleet.js';

/** The layout of a chart takes seconds where many things run at once. */
const LONG = { timeout: 30_000 };
const BODY = 'active(keepAlive.on,replay.impossible,cycle(request.body,response.waiting))';

jest.setTimeout(60_000);

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
  appear('s1', 'session', sessionMachine.config, 'connected.open');
  watched = await WatchedPage.open(browser, inspector.url, { viewport: { width: 1440, height: 900 } });
  ({ page } = watched);
}, 60_000);
afterEach(async () => {
  expect(watched.problems()).toEqual([]);
  await watched.close();
  await inspector.close();
});

function appear(id: string, name: string, definition: object, state: string): void {
  inspector.model.appeared({ id, name: `${name} ${id}`, parent: null, status: 'active', definition, state });
}

async function openActor(id: string): Promise<void> {
  await page.evaluate(`location.hash = '#actor=${id}'`);
  await page.locator('.actor .chart-tools').waitFor(LONG);
}

const drawing = (): Locator => page.locator('svg.chart');
const frame = (): Locator => page.locator('.chart-frame');
const map = (): Locator => page.getByRole('img', { name: 'Map of the chart' });
const viewBox = async (): Promise<number[]> =>
  ((await drawing().getAttribute('viewBox')) ?? '').split(' ').map(Number);

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

async function boxOf(locator: Locator): Promise<Box> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('it is not shown');
  return box;
}

function holds(outer: Box, inner: Box): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}

function areApart(a: Box, b: Box): boolean {
  return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
}

describe('a chart in the page', () => {
  it.each([
    [1440, 900],
    [800, 600],
  ])('the whole chart is seen at first, and nothing covers a state, at %d x %d', async (width, height) => {
    await page.setViewportSize({ width, height });
    await stateOf(page, 'closed').waitFor(LONG);
    const around = await boxOf(frame());
    const states = await page.locator('svg.chart [data-path] .hit').all();
    const boxes = await Promise.all(states.map(boxOf));
    expect(boxes.length).toBeGreaterThan(10);
    expect(boxes.filter((box) => !holds(around, box))).toEqual([]);
    for (const other of [page.locator('.chart-tools'), page.locator('.chart-legend')]) {
      if ((await other.count()) > 0) expect(areApart(await boxOf(other), around)).toBe(true);
    }
    expect(await map().count()).toBe(0);
  });

  it('a chart is enlarged by wheel, buttons and keys, moved by a drag, and shown whole again', async () => {
    await stateOf(page, 'closed').waitFor(LONG);
    const [, , whole = 0] = await viewBox();
    const { x, y, width, height } = await boxOf(frame());
    const open = await boxOf(stateOf(page, 'connected.open'));
    await page.mouse.move(open.x + open.width / 2, open.y + open.height / 2);
    await page.mouse.wheel(0, -400);
    await map().waitFor();
    // What is under the pointer has stayed there.
    const after = await boxOf(stateOf(page, 'connected.open'));
    expect(after.width).toBeGreaterThan(open.width);
    expect(after.x + after.width / 2).toBeCloseTo(open.x + open.width / 2, -1);

    const [left = 0] = await viewBox();
    await page.mouse.move(x + width / 2, y + height - 8);
    await page.mouse.down();
    await page.mouse.move(x + width / 2 + 80, y + height - 8, { steps: 4 });
    await page.mouse.up();
    await expectEventually(async () => ((await viewBox())[0] ?? 0) < left, true);

    await frame().focus();
    await page.keyboard.press('0');
    await map().waitFor({ state: 'detached' });
    expect((await viewBox())[2]).toBeCloseTo(whole);
    await page.keyboard.press('+');
    await map().waitFor();
    const [before = 0] = await viewBox();
    await page.keyboard.press('ArrowRight');
    await expectEventually(async () => ((await viewBox())[0] ?? 0) > before, true);
    await page.getByRole('button', { name: 'Whole chart' }).click();
    await map().waitFor({ state: 'detached' });
  });

  it('two fingers enlarge a chart between them, and reduce it to the whole', async () => {
    const touched = await WatchedPage.open(browser, inspector.url, {
      ...{ viewport: { width: 1440, height: 900 }, hasTouch: true },
    });
    await stateOf(touched.page, 'closed').waitFor(LONG);
    const { x, y, width, height } = await boxOf(touched.page.locator('.chart-frame'));
    const zoom = (): Promise<string> => touched.page.getByLabel('Zoom', { exact: true }).innerText();
    const whole = await zoom();
    const touches = await touched.page.context().newCDPSession(touched.page);
    const pinch = async (from: number, to: number): Promise<void> => {
      const fingers = (apart: number): { x: number; y: number }[] =>
        [-1, 1].map((side) => ({ x: x + width / 2 + (side * apart) / 2, y: y + height / 2 }));
      const touch = (type: 'touchStart' | 'touchMove', apart: number): Promise<unknown> =>
        touches.send('Input.dispatchTouchEvent', { type, touchPoints: fingers(apart) });
      await touch('touchStart', from);
      for (let step = 1; step <= 10; step++) await touch('touchMove', from + ((to - from) * step) / 10);
      await touches.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    await pinch(60, 180);
    await touched.page.getByRole('img', { name: 'Map of the chart' }).waitFor();
    expect(Number.parseInt(await zoom())).toBeGreaterThan(2 * Number.parseInt(whole));
    await pinch(220, 40);
    await expectEventually(zoom, whole);
    expect(touched.problems()).toEqual([]);
    await touched.close();
  });

  it('the map of an enlarged chart leads to where it is pressed', async () => {
    await stateOf(page, 'closed').waitFor(LONG);
    for (let i = 0; i < 6; i++) await page.getByRole('button', { name: 'Zoom in' }).click();
    await map().waitFor();
    const box = await boxOf(map());
    await page.mouse.click(box.x + 3, box.y + 3);
    const [left = 1, top = 1] = await viewBox();
    expect([left < 0, top < 0]).toEqual([true, true]);
  });

  it('a handle between chart and list is moved by the keyboard, and remembered', async () => {
    await stateOf(page, 'connected.open').waitFor(LONG);
    await openActor('s1');
    const handle = page.getByRole('separator');
    const share = async (): Promise<number> => Number(await handle.getAttribute('aria-valuenow'));
    const before = await share();
    await handle.focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
    await expectEventually(share, before + 10);
    await page.reload();
    await handle.waitFor(LONG);
    expect(await share()).toBe(before + 10);
    const { x, y, width, height } = await boxOf(handle);
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(720, y + height / 2, { steps: 3 });
    await page.mouse.up();
    await expectEventually(share, 50);
  });

  it('in a narrow window chart and details are stacked', async () => {
    await stateOf(page, 'connected.open').waitFor(LONG);
    await page.setViewportSize({ width: 800, height: 600 });
    await openActor('s1');
    const [chart, panel] = [
      await boxOf(page.locator('.actor-chart')),
      await boxOf(page.locator('.actor-panel')),
    ];
    expect(chart.y + chart.height).toBeLessThanOrEqual(panel.y + 10);
    expect(await page.getByRole('separator').getAttribute('aria-orientation')).toBe('horizontal');
  });

  it('an arrow flashes when it is taken, and shows its rate', async () => {
    await stateOf(page, 'connected.open').waitFor(LONG);
    await openActor('s1');
    await page.getByRole('img', { name: 'connected.open, current state' }).waitFor(LONG);
    expect(await page.locator('.flash').count()).toBe(0);
    inspector.model.moved('s1', { event: 'session.drain', state: 'connected.draining', status: 'active' });
    await page.locator('.flash').waitFor({ state: 'attached' });
    await page.locator('.taken.last').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Rates' }).click();
    await page.locator('.rate').filter({ hasText: '0.1' }).waitFor(LONG);
  });

  it('on the chart of all sessions an arrow flashes when some take it, and shows their rate', async () => {
    const flashes = page.locator('.flash');
    const rates = page.locator('.rate');
    await counted(page, 'connected.open', 1);
    await page.getByRole('button', { name: 'Rates' }).click();
    await page.getByRole('button', { name: 'Rates', pressed: true }).waitFor(LONG);
    for (let i = 0; i < 40; i++) appear(`f${String(i)}`, 'session', sessionMachine.config, 'connected.open');
    await counted(page, 'connected.open', 41);
    expect(await flashes.count()).toBe(0);
    for (let i = 0; i < 40; i++) {
      inspector.model.moved(`f${String(i)}`, {
        ...{ event: 'session.drain', state: 'connected.draining', status: 'active' },
      });
    }
    await flashes.waitFor({ state: 'attached' });
    // Forty in the at most ten seconds that were heard.
    await rates.filter({ hasText: /^([4-9]\.\d|[1-4]\d)$/ }).waitFor();
    await page.keyboard.press('p');
    await rates.waitFor({ state: 'detached' });
    expect(await flashes.count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Rates' }).count()).toBe(1);
  });

  it('the deeper the colour of a state, the more are in it; red is an error, grey is over', async () => {
    for (let i = 0; i < 8; i++) appear(`b${String(i)}`, 'session', sessionMachine.config, 'connected.open');
    appear('b8', 'session', sessionMachine.config, 'connected.draining');
    appear('b9', 'session', sessionMachine.config, 'errored.fatal');
    await counted(page, 'connected.open', 9);
    await counted(page, 'errored.fatal', 1);
    const looks = await page
      .locator('svg.chart .fill.inner')
      .evaluateAll((all: readonly { getAttribute: (name: string) => string }[]) =>
        all.map((one) => one.getAttribute('class')),
      );
    const having = (text: string): string[] => looks.filter((look) => look.includes(text));
    expect(having('heat-5')).toHaveLength(1);
    expect(having('tone-faulty heat-3')).toHaveLength(1);
    expect(having('tone-ended').every((look) => look.includes('heat-0'))).toBe(true);
    expect(having('heat-0').length).toBeGreaterThan(5);
  });

  it('what has ended is counted apart from the live ones', async () => {
    for (const id of ['c1', 'c2']) {
      appear(id, 'session', sessionMachine.config, 'connected.open');
      inspector.model.moved(id, { event: 'session.close', state: 'closed', status: 'done' });
    }
    await page.getByRole('button', { name: 'closed, 0 sessions, 2 ended' }).waitFor(LONG);
    expect(await page.locator('svg.chart .count .ended').allTextContents()).toEqual(['+2']);
    expect(await page.getByRole('list', { name: 'Legend' }).innerText()).toContain('ended there');
  });

  it('a legend says what colours, borders and dots mean, and stays folded where it was folded', async () => {
    await stateOf(page, 'connected.open').waitFor(LONG);
    const legend = page.getByRole('list', { name: 'Legend' });
    const text = await legend.innerText();
    for (const part of ['share of the live ones', 'error', 'over', 'any state', 'entered first']) {
      expect(text).toContain(part);
    }
    await page.getByRole('button', { name: 'Legend', exact: true }).click();
    await legend.waitFor({ state: 'detached' });
    await page.reload();
    await stateOf(page, 'connected.open').waitFor(LONG);
    expect(await legend.count()).toBe(0);
  });

  it('a chart with regions is shown as lanes, which fit, and as a drawing where that is chosen', async () => {
    appear('e1', 'exchange', exchangeMachine.config, BODY);
    await stateOf(page, 'connected.open').waitFor(LONG);
    await openActor('e1');
    const lanes = page.getByRole('region', { name: 'Lanes' });
    for (const path of ['request.body', 'response.waiting']) {
      await lanes.getByRole('img', { name: `active.cycle.${path}, current state` }).waitFor(LONG);
    }
    await lanes.getByRole('img', { name: 'active.keepAlive.on, current state' }).waitFor();
    const [all, seen] = await lanes.evaluate((one: { scrollHeight: number; clientHeight: number }) => [
      one.scrollHeight,
      one.clientHeight,
    ]);
    expect(all).toBeLessThanOrEqual(seen ?? 0);
    inspector.model.moved('e1', {
      ...{ event: 'request.end', status: 'active' },
      state: BODY.replace('request.body', 'request.done'),
    });
    await lanes.getByRole('img', { name: 'active.cycle.request.done, current state' }).waitFor();
    await lanes.getByRole('img', { name: 'active.cycle.request.body, visited' }).waitFor();
    await page.getByRole('button', { name: 'States', exact: true }).click();
    await drawing().waitFor(LONG);
    await page.getByRole('img', { name: 'active.cycle.request.done, current state' }).waitFor();
  });
});
