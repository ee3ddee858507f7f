import type { DrainReport } from '../server/drain-report.js';

/*
 * What a pool and its workers say to each other, over the channel that node:cluster has anyway. An application may use
 * the same channel for messages of its own, so ours are marked.
 */

/** What the pool tells a worker. */
export type PoolCommand =
  /** It is to close its port, and then to wait. */
  | { readonly kind: 'drain'; readonly grace?: number | undefined; readonly deadline?: number | undefined }
  /** Its connections may be asked to end. */
  | { readonly kind: 'release' }
  /** What is in progress is to be aborted. */
  | { readonly kind: 'stop' };

/** What a worker tells its pool. */
export type WorkerNotice =
  /** It hears commands from now on. */
  | { readonly kind: 'joined' }
  /** Somebody asked it alone to end: it should be replaced and then drained. */
  | { readonly kind: 'leaving' }
  /** It has stopped accepting; what node:cluster said of that arrived before. */
  | { readonly kind: 'deafened' }
  /** So many connections so far. */
  | { readonly kind: 'counted'; readonly served: number }
  /** It has nothing in progress any more. */
  | { readonly kind: 'drained'; readonly served: number; readonly report: DrainReport };

const MARK = 'http-session-machine';

/** Names of the environment variable by which a process knows that its primary is a pool. */
export const POOL_VARIABLE = 'HTTP_SESSION_POOL';

/** Marks a message. */
export function marked(message: PoolCommand | WorkerNotice): Record<string, unknown> {
  return { [MARK]: message };
}

/** The command in a message, if it is one of ours. */
export function commandIn(message: unknown): PoolCommand | null {
  return contentOf(message) as PoolCommand | null;
}

/** The notice in a message, if it is one of ours. */
export function noticeIn(message: unknown): WorkerNotice | null {
  return contentOf(message) as WorkerNotice | null;
}

function contentOf(message: unknown): object | null {
  if (typeof message !== 'object' || message === null) return null;
  const content = (message as Record<string, unknown>)[MARK];
  return typeof content === 'object' ? content : null;
}
