/**
 * Marks the failure of a promise as handled. It says no more than the session's own state and the error channel do, and a
 * promise that nobody awaits must not end the process. A caller that awaits it gets the error all the same.
 */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}

function ignore(): void {
  // The error is on the session, too.
}
