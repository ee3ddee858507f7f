/** A session as a budget sees it. */
export interface QueuedOutput {
  /** Bytes of output that wait for the peer. */
  readonly queuedOutput: number;
  /** Gives the connection up, with an error that names the limit. */
  outputExceeded(limit: string, bytes: number): void;
}

/** What several sessions together may have queued for peers that read slowly. */
export interface OutputBudget {
  /** The output that a session has queued has grown, or shrunk, by so many bytes. */
  changed(session: QueuedOutput, difference: number): void;
}
