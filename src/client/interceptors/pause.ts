import { AbortedError } from '../../errors/index.js';
import { Deadline, deadlinesOf, holdProcess, type Clock } from '../../transport/index.js';

/**
 * Waits; keeps the process alive meanwhile, as the call is not over.
 *
 * @throws AbortedError at once when the signal is aborted.
 */
export function pause(milliseconds: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) return Promise.reject(aborted(signal));
  if (milliseconds <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const letGo = holdProcess();
    const settle = (): void => {
      letGo();
      deadline.disarm();
      signal?.removeEventListener('abort', abort);
    };
    const abort = (): void => {
      settle();
      reject(aborted(signal as AbortSignal));
    };
    const deadline = new Deadline(deadlinesOf(clock), clock, () => {
      settle();
      resolve();
    });
    deadline.arm(milliseconds);
    signal?.addEventListener('abort', abort);
  });
}

function aborted({ reason }: AbortSignal): AbortedError {
  return new AbortedError('the request was aborted before its next attempt', { cause: reason });
}
