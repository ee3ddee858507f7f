import { INSPECTION } from '../../constants.js';
import type { HTTPServerRequest, HTTPServerResponse } from '../../session/index.js';
import type { Clock } from '../../transport/index.js';
import type { InspectionModel } from '../model/inspection-model.js';
import { Pace } from './pace.js';

/** What a page is told next; `null` when there is nothing new. */
type Tell = () => string | null;

/** A page that is told of changes. */
interface Watcher {
  readonly tell: Tell;
  readonly response: HTTPServerResponse;
  /** A slow one misses what is outdated by the time it could take it. */
  isBusy: boolean;
}

/**
 * Tells pages of changes, as server-sent events (HTML, section 9.2): one way, so that nothing can be changed from a page.
 * What thousands of sessions do is one message with the numbers, thirty times a second at the most.
 */
export class PageFeeds {
  readonly #model: InspectionModel;
  readonly #watchers = new Set<Watcher>();
  readonly #pace: Pace;
  readonly #unsubscribe: () => void;
  /** The numbers, written down once for all who are told at the same moment. */
  #frame: string | null = null;

  constructor(model: InspectionModel, clock: Clock) {
    this.#model = model;
    this.#pace = new Pace(clock, () => {
      this.#frame = null;
      for (const watcher of this.#watchers) void this.#send(watcher);
    });
    this.#unsubscribe = model.subscribe(() => {
      if (this.#watchers.size > 0) this.#pace.hurry();
    });
  }

  /** Whether as many pages are told as may be. */
  get isFull(): boolean {
    return this.#watchers.size >= INSPECTION.maxWatchers.value;
  }

  /** Tells of the numbers until the page has gone. */
  watchFleet(request: HTTPServerRequest, response: HTTPServerResponse): Promise<void> {
    return this.#serve(request, response, () => {
      return (this.#frame ??= eventText('fleet', this.#model.fleet()));
    });
  }

  /** Tells of one actor until the page has gone; after the first time only of the changes that are new. */
  watchActor(id: string, request: HTTPServerRequest, response: HTTPServerResponse): Promise<void> {
    let told = 0;
    let before = '';
    return this.#serve(request, response, () => {
      const actor = this.#model.actor(id, told);
      told = actor?.log.at(-1)?.number ?? told;
      const text = eventText('actor', actor);
      if (text === before) return null;
      before = text;
      return text;
    });
  }

  async #serve(request: HTTPServerRequest, response: HTTPServerResponse, tell: Tell): Promise<void> {
    const watcher: Watcher = { tell, response, isBusy: false };
    const { signal } = request;
    response.setContentType('text/event-stream').set('Cache-Control', 'no-store');
    this.#watchers.add(watcher);
    await this.#send(watcher);
    await aborted(signal);
    this.#watchers.delete(watcher);
  }

  async #send(watcher: Watcher): Promise<void> {
    if (watcher.isBusy) return;
    watcher.isBusy = true;
    try {
      const text = watcher.tell();
      if (text !== null) await watcher.response.write(text);
    } catch {
      // The page has gone, which its signal tells.
      this.#watchers.delete(watcher);
    } finally {
      watcher.isBusy = false;
    }
  }

  close(): void {
    this.#unsubscribe();
    this.#pace.stop();
    this.#watchers.clear();
  }
}

function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
