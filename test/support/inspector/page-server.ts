import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';

import type { FleetFrame } from '../../../src/inspector/model/shapes.js';
import type { Pulse } from '../../../src/inspector/model/traffic-shapes.js';
import {
  InspectorPage,
  type InspectorPageOptions,
} from '../../../src/inspector/page-server/inspector-page.js';
import { ask } from '../cli/ask.js';

/** Opens a page whose files are made up, for the time of `use`. */
export async function whileOpen(
  use: (page: InspectorPage) => Promise<void>,
  options: InspectorPageOptions = {},
): Promise<void> {
  const assets = mkdtempSync(join(tmpdir(), 'page-'));
  mkdirSync(join(assets, 'assets'));
  writeFileSync(join(assets, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(assets, 'assets', 'main-1.js'), 'export {};');
  writeFileSync(join(assets, 'strange.bin'), '?');
  const page = await InspectorPage.open({ port: 0, assets, ...options });
  try {
    await use(page);
  } finally {
    await page.close();
    rmSync(assets, { recursive: true });
  }
}

/** What the page's server answers to a question, as JSON. */
export async function asked(page: InspectorPage, path: string): Promise<unknown> {
  const { status, body } = await ask(page.url + path);
  if (status !== 200) throw new Error(`${String(status)} ${body.toString()}`);
  return JSON.parse(body.toString());
}

/** A feed of the page, as a browser reads it. */
export class Feed {
  readonly #request: http.ClientRequest;
  readonly #events: { readonly event: string; readonly data: unknown }[] = [];
  readonly #pulses: Pulse[] = [];
  #response: http.IncomingMessage | null = null;
  #text = '';
  #taken = 0;

  private constructor(url: string) {
    this.#request = http.get(url, { agent: false });
    // What is of interest is told by the response.
    this.#request.on('error', () => undefined);
  }

  static async open(url: string): Promise<Feed> {
    const feed = new Feed(url);
    const [response] = (await once(feed.#request, 'response')) as [http.IncomingMessage];
    feed.#response = response;
    response.setEncoding('utf8').on('data', (piece: string) => {
      feed.#read(piece);
    });
    return feed;
  }

  get status(): number {
    return this.#response?.statusCode ?? 0;
  }

  /** The pulses that have come, which are not among the events. */
  get pulses(): readonly Pulse[] {
    return this.#pulses;
  }

  /** How many events have come. */
  get count(): number {
    return this.#events.length;
  }

  #read(piece: string): void {
    const parts = (this.#text + piece).split('\n\n');
    this.#text = parts.pop() ?? '';
    for (const part of parts) {
      const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
      if (event === 'pulse') this.#pulses.push(JSON.parse(data) as Pulse);
      else this.#events.push({ event, data: JSON.parse(data) });
    }
  }

  /** The next event that was not taken. */
  async next(): Promise<{ readonly event: string; readonly data: unknown }> {
    while (this.#taken >= this.#events.length) await once(this.#response as http.IncomingMessage, 'data');
    return this.#events[this.#taken++] as { event: string; data: unknown };
  }

  close(): void {
    this.#request.destroy();
  }
}

/** The first numbers of a page, told as they change, of which something holds. */
export async function fleetWhere(page: string, holds: (frame: FleetFrame) => boolean): Promise<FleetFrame> {
  const feed = await Feed.open(`${page}/api/feed`);
  try {
    for (;;) {
      const frame = (await feed.next()).data as FleetFrame;
      if (holds(frame)) return frame;
    }
  } finally {
    feed.close();
  }
}

/** How many actors of a machine are in a state. */
export function countOf({ charts }: FleetFrame, name: string, state: string): number {
  return charts.find((chart) => chart.name === name)?.states[state] ?? 0;
}
