/**
 * Marks a promise as handled before it is handed out: whoever awaits it still hears of its failure, but a call that nobody
 * awaits does not end the process when a server leaves. The error channel has the error in either case.
 */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}

/** Does nothing: for what is of no interest. */
export function ignore(): void {
  // Of no interest.
}
