import type { Unwatch } from '../../model/source.js';

/** Browsers wait longer after a connection broke, and do not come back at all after an answer that is no feed. */
const RETRY_MS = 1000;

/** What is heard from a feed of server-sent events. */
export interface FeedListener {
  /** The connection stands, anew: what was told before is void. */
  opened(): void;
  message(data: unknown): void;
  lost(): void;
}

/** Listens to one kind of server-sent event, and does not give up when the server is gone. */
export function listenToFeed(address: string, event: string, listener: FeedListener): Unwatch {
  let feed: EventSource;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const connect = (): void => {
    feed = new EventSource(address);
    feed.addEventListener('open', () => {
      listener.opened();
    });
    feed.addEventListener(event, ({ data }: MessageEvent<string>) => {
      listener.message(JSON.parse(data));
    });
    feed.addEventListener('error', () => {
      feed.close();
      listener.lost();
      retry = setTimeout(connect, RETRY_MS);
    });
  };
  connect();
  return () => {
    clearTimeout(retry);
    feed.close();
  };
}
