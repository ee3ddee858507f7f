import type { HTTPSessionError } from '../../errors/index.js';

/** What a body reports to the exchange that it belongs to. */
export interface BodyOwner {
  /** A reader waits for the body: limits the time of that. */
  bodyWanted(): void;
  /** Bytes of it have come, and more will; `isWaiting` when a reader waits for those. Framing is no content. */
  bodyArrived(isWaiting: boolean, hasContent: boolean): void;
  /** The reader stopped before the body was complete. */
  bodyReleased(): void;
  /** Everything of the message was read. Reported once. */
  bodyCompleted(): void;
  /** The rest of the body cannot be had: the peer broke HTTP, or left. */
  bodyBroken(error: HTTPSessionError): void;
}
