import type { HTTPSessionError } from '../../../src/errors/index.js';
import { settled } from './sockets.js';

/** What a promise rejects with; fails when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<HTTPSessionError> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as HTTPSessionError;
  }
  throw new Error(`the promise was resolved: ${String(value)}`);
}

/** What a function throws; fails when it does not. */
export function thrown(call: () => unknown): HTTPSessionError {
  try {
    call();
  } catch (error) {
    return error as HTTPSessionError;
  }
  throw new Error('nothing was thrown');
}

/** Whether a promise is still pending once everything that needs no clock has run. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const settle = (): void => {
    pending = false;
  };
  promise.then(settle, settle);
  await settled();
  return pending;
}
