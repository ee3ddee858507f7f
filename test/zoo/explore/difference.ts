import type { CoverageReport } from '../../../src/testing/index.js';

/** A transition on which a member does something else than the model. */
export interface Difference {
  /** The state before, dotted. */
  readonly from: string;
  readonly event: string;
  /** What was seen instead, as the driver tells it; each once. */
  readonly seen: readonly string[];
  /** Whether it never went as the model says. */
  readonly isAlways: boolean;
  /** What the event carried when it went as the model says, as JSON; empty unless that is what decides. */
  readonly passed: readonly string[];
  /** The same for when it did not. */
  readonly failed: readonly string[];
}

/** What a member does on a transition for which the model leaves a choice. */
export interface Choice {
  readonly from: string;
  readonly event: string;
  /** In a few words; each once. */
  readonly told: readonly string[];
}

/** What was found out about a member. */
export interface Exploration {
  readonly differences: readonly Difference[];
  readonly choices: readonly Choice[];
  readonly coverage: CoverageReport;
  /** Failures that did not come again; for the eyes of whoever runs it. */
  readonly passing: readonly string[];
}
