import type { SessionOutput } from './output.js';

/** What several sessions together may have queued for peers that read slowly. */
export interface OutputBudget {
  /** The output that a session has queued has grown, or shrunk, by so many bytes. */
  changed(session: SessionOutput, difference: number): void;
}
