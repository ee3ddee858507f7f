import type { CoverageReport } from '../../../src/testing/index.js';

/** A transition on which a member does something else than the model. */
export interface Difference {
  /** The state before, dotted. */
  readonly from: string;
  readonly event: string;
  /** The state that the model goes to. */
  readonly to: string;
  /** What was seen instead, as the driver tells it; each once. */
  readonly seen: readonly string[];
  /** Whether the same transition also went as the model says, with another payload or another past. */
  readonly isPartial: boolean;
}

/** What was found out about a member. */
export interface Exploration {
  readonly differences: readonly Difference[];
  readonly coverage: CoverageReport;
  /** Failures that did not come again; for the eyes of whoever runs it. */
  readonly passing: readonly string[];
}
