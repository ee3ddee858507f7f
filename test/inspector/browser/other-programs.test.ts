import { once } from 'node:events';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createWebSocketInspector } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import type { Browser, Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { createActor, setup } from 'xstate';

import { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { freePort } from '../../support/transport/sockets.js';
import { launchBrowser, WatchedPage } from '../../support/browser/browser.js';
import { itInTestAll } from '../../support/thoroughness.js';

/** A machine with all that those of this package do without: guards, delays, context, parallel regions, history. */
const player = setup({
  types: { context: {} as { tracks: number } },
  guards: { hasTracks: ({ context }) => context.tracks > 0 },
  delays: { song: 180_000 },
}).createMachine({
  id: 'player',
  type: 'parallel',
  context: { tracks: 3 },
  states: {
    deck: {
      initial: 'stopped',
      states: {
        stopped: { on: { play: { guard: 'hasTracks', target: 'playing' } } },
        playing: { after: { song: 'stopped' }, on: { pause: 'paused' } },
        paused: { on: { play: '#player.deck.again' } },
        again: { type: 'history', history: 'deep' },
      },
    },
    volume: { initial: 'loud', states: { loud: { on: { mute: 'muted' } }, muted: { id: 'silence' } } },
  },
});

let browser: Browser;
let inspector: InspectorPage;

beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  inspector = await InspectorPage.open({ port: 0 });
});
afterEach(async () => {
  await inspector.close();
});

/** Opens the actor of a machine, from the fleet of it. */
async function openActor(page: Page | ReturnType<Page['frameLocator']>, chart: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Chart' }).selectOption({ label: `${chart} · 1 live` });
  await page.getByRole('button', { name: chart, exact: true }).click();
}

describe('a machine of another program', () => {
  it('the page shows a machine of another program, as createWebSocketInspector reports it', async () => {
    const teller = createWebSocketInspector({ url: inspector.url.replace('http', 'ws') });
    const watched = await WatchedPage.open(browser, inspector.url);
    const { page } = watched;
    const actor = createActor(player, { inspect: teller.inspect });
    actor.start();
    await openActor(page, 'player');
    await page.getByRole('button', { name: 'Events', exact: true }).click();
    for (const text of ['play [hasTracks]', 'after song', 'muted', 'again']) {
      await page.getByText(text, { exact: false }).first().waitFor();
    }
    actor.send({ type: 'play' });
    await page.getByRole('img', { name: 'deck.playing, current state' }).waitFor();
    await page.getByRole('img', { name: 'volume.loud, current state' }).waitFor();
    actor.send({ type: 'mute' });
    await page.getByRole('img', { name: 'volume.muted, current state' }).waitFor();
    expect(await page.getByRole('tabpanel').innerText()).toContain('"tracks": 3');
    expect(watched.problems()).toEqual([]);
    actor.stop();
    teller.stop();
    await watched.close();
  });

  it('the page shows a machine in a frame of the Stately relay', async () => {
    const port = await freePort();
    const relay = createInspectorServer({ port, url: inspector.url, autoOpen: false });
    try {
      const teller = createWebSocketInspector({ url: `ws://localhost:${String(port)}` });
      const watched = await WatchedPage.open(browser, `http://localhost:${String(port)}`);
      const frame = watched.page.frameLocator('iframe');
      const actor = createActor(player, { inspect: teller.inspect });
      actor.start();
      await openActor(frame, 'player');
      actor.send({ type: 'play' });
      await frame.getByRole('img', { name: 'deck.playing, current state' }).waitFor();
      expect(watched.problems(/favicon/)).toEqual([]);
      actor.stop();
      teller.stop();
      await watched.close();
    } finally {
      relay.stop();
    }
  });

  itInTestAll('that cannot be drawn is told of, and everything else goes on', async () => {
    const watched = await WatchedPage.open(browser, inspector.url);
    const { page } = watched;
    const socket = new WebSocket(inspector.url.replace('http', 'ws'));
    await once(socket, 'open');
    const definition = JSON.stringify({
      id: 'broken',
      initial: 'nowhere',
      states: { here: { on: { go: 'away' } } },
    });
    const snapshot = { status: 'active', value: 'here' };
    socket.send(
      JSON.stringify({ type: '@xstate.actor', sessionId: 'x', name: 'broken', definition, snapshot }),
    );
    await openActor(page, 'broken');
    await page
      .getByText(/cannot be drawn: .*Child state 'away' does not exist/s)
      .first()
      .waitFor();
    await page.getByTestId('actor-state').filter({ hasText: 'here' }).waitFor();
    expect(watched.problems()).toEqual([]);
    socket.terminate();
    await watched.close();
  });
});

describe('the server of the page', () => {
  it('the page reconnects when its server comes back', async () => {
    const { port } = inspector;
    const watched = await WatchedPage.open(browser, inspector.url);
    const { page } = watched;
    inspector.model.appeared({
      ...{ id: 'a', name: 'first', parent: null, definition: { id: 'one', initial: 'x', states: { x: {} } } },
      ...{ state: 'x', status: 'active' },
    });
    await page.getByRole('button', { name: 'x, 1 actor' }).waitFor();
    await inspector.close();
    await page.getByRole('status').filter({ hasText: /lost/i }).waitFor();
    inspector = await InspectorPage.open({ port });
    inspector.model.appeared({
      ...{
        id: 'b',
        name: 'second',
        parent: null,
        definition: { id: 'two', initial: 'y', states: { y: {} } },
      },
      ...{ state: 'y', status: 'active' },
    });
    await page
      .getByRole('status')
      .filter({ hasText: /^Live$/ })
      .waitFor();
    await page.getByRole('button', { name: 'y, 1 actor' }).waitFor();
    // What a browser itself says of a server that is away.
    expect(
      watched.problems(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET/),
    ).toEqual([]);
    await watched.close();
  });

  itInTestAll('shows nothing to the page of another origin', async () => {
    const watched = await WatchedPage.open(browser, inspector.url);
    const { page } = watched;
    const stranger = await InspectorPage.open({ port: 0 });
    const answer = await page.evaluate<string>(
      `fetch(${JSON.stringify(`${stranger.url}/api/fleet`)}).then(() => 'read', () => 'refused')`,
    );
    // Its own policy forbids the request before the other's server has to.
    expect(answer).toBe('refused');
    await stranger.close();
    await watched.close();
  });
});
