import type { DrainReport } from '../server/drain-report.js';

/*
 * Messages between a pool and its workers, over the channel of node:cluster. An application may use the same channel for
 * messages of its own, so ours are marked.
 */

/** Commands of the pool to a worker. */
export type PoolCommand =
  /** Close the port, and then wait. */
  | { readonly kind: 'drain'; readonly grace?: number | undefined; readonly deadline?: number | undefined }
  /** Ask the connections to end. */
  | { readonly kind: 'release' }
  /** Report, to show that the process still runs its event loop. */
  | { readonly kind: 'ask' }
  /** Abort what is in progress. */
  | { readonly kind: 'stop' };

/** Notices of a worker to its pool. */
export type WorkerNotice =
  /** The worker hears commands from now on. */
  | { readonly kind: 'joined' }
  /** A signal asked this worker to end: replace it, then drain it. */
  | { readonly kind: 'leaving' }
  /** The worker has stopped accepting; what node:cluster reported of that arrived before. */
  | { readonly kind: 'unreachable' }
  /** How many connections the worker has had: at intervals, and when it is asked. */
  | { readonly kind: 'counted'; readonly served: number }
  /** Nothing is in progress any more. */
  | { readonly kind: 'drained'; readonly served: number; readonly report: DrainReport };

const MARK = 'http-session-machine';

/** The environment variable that marks a process as a worker of a pool. */
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
