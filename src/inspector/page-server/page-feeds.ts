import { INSPECTION } from '../model/inspection-limits.js';
import type { HTTPServerRequest, HTTPServerResponse } from '../../session/index.js';
import type { Clock } from '../../transport/index.js';
import type { InspectionModel } from '../model/inspection-model.js';
import { Pace } from './pace.js';

/** The next event for a page; `null` if there is nothing new. */
type NextEvent = () => string | null;

/** A page that watches changes. */
interface Watcher {
  readonly next: NextEvent;
  readonly response: HTTPServerResponse;
  /** Whether it is still reading: a slow page skips outdated events. */
  isBusy: boolean;
}

/**
 * Sends changes to pages as server-sent events (HTML, section 9.2): one way, so that a page cannot change anything.
 * Whatever thousands of sessions do, it is one event with the counts, at most 30 times a second.
 */
export class PageFeeds {
  readonly #model: InspectionModel;
  readonly #watchers = new Set<Watcher>();
  readonly #pace: Pace;
  readonly #unsubscribe: () => void;
  /** It tells pages that reconnect whether this is the process that they knew. */
  readonly #began: number;
  /** The counts as text, written once for all pages of one moment. */
  #frame: string | null = null;
  /** The last minute as text, and the second that it was written in. */
  #pulse: { readonly second: number; readonly text: string } | null = null;

  constructor(model: InspectionModel, clock: Clock) {
    this.#model = model;
    this.#began = clock.wallTime();
    this.#pace = new Pace(clock, () => {
      this.#frame = null;
      for (const watcher of this.#watchers) void this.#send(watcher);
    });
    this.#unsubscribe = model.subscribe(() => {
      if (this.#watchers.size > 0) this.#pace.hurry();
    });
  }

  /** Whether no more pages may watch. */
  get isFull(): boolean {
    return this.#watchers.size >= INSPECTION.maxWatchers.value;
  }

  /** Sends the counts until the page has gone, and once a second the last minute: browsers allow few connections. */
  watchFleet(request: HTTPServerRequest, response: HTTPServerResponse): Promise<void> {
    let sent: object | null = null;
    return this.#serve(request, response, () => {
      const frame = (this.#frame ??= eventText('fleet', { ...this.#model.fleet(), began: this.#began }));
      const pulse = this.#pulseNow();
      if (pulse === sent) return frame;
      sent = pulse;
      return frame + pulse.text;
    });
  }

  #pulseNow(): { readonly text: string } {
    const { second } = this.#model;
    if (this.#pulse?.second !== second) {
      this.#pulse = { second, text: eventText('pulse', this.#model.pulse()) };
    }
    return this.#pulse;
  }

  /** Sends one actor until the page has gone; after the first event, only new changes. */
  watchActor(id: string, request: HTTPServerRequest, response: HTTPServerResponse): Promise<void> {
    let sent = 0;
    let before = '';
    return this.#serve(request, response, () => {
      const actor = this.#model.actor(id, sent);
      sent = actor?.log.at(-1)?.number ?? sent;
      const text = eventText('actor', actor);
      if (text === before) return null;
      before = text;
      return text;
    });
  }

  async #serve(request: HTTPServerRequest, response: HTTPServerResponse, next: NextEvent): Promise<void> {
    const watcher: Watcher = { next, response, isBusy: false };
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
      const text = watcher.next();
      if (text !== null) await watcher.response.write(text);
    } catch {
      // The page has gone; its signal fires.
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
