/** How much of one kind was exercised. */
export interface Share {
  /** How many were. */
  readonly covered: number;
  /** How many there are. */
  readonly total: number;
  /** Those that were not, as text. */
  readonly missing: readonly string[];
}

/** What was exercised of a model: plain data. */
export interface CoverageReport {
  /** The name of the model. */
  readonly model: string;
  /** States that were seen. */
  readonly states: Share;
  /** Transitions that were taken. */
  readonly transitions: Share;
  /** Pairs of transitions that were taken one after the other. */
  readonly pairs: Share;
  /** States in which a fault came, `state x fault`; a fault that means nothing in a state is none of them. */
  readonly faults: Share;
  /** Events of the model that the driver cannot bring about: nothing above counts them. */
  readonly undriven: readonly string[];
}
