import type { Driver } from '../drivers/driver.js';
import type { WireLog } from '../drivers/wire-log.js';
import type { Model } from '../models/model.js';
import type { ModelPath } from '../paths/path.js';

/** Where a path failed, and what was seen there. */
export interface PathFault {
  /** The place of the failing step, from 0 on; -1 when the system did not begin in the initial state. */
  readonly step: number;
  /** The state that the model is in, dotted. */
  readonly expected: string;
  /** The state that was seen, or the text of what was thrown. */
  readonly seen: string;
  /** What was thrown, if anything was. */
  readonly cause?: unknown;
}

/** What the text of a failure is made of. */
export interface FailedJourney {
  readonly model: Model;
  readonly driver: Driver;
  readonly path: ModelPath;
  readonly wire: WireLog;
  readonly fault: PathFault;
}
