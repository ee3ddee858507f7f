import { describe, expect, it } from '@jest/globals';

import { changeOfError, readError } from '../../../src/inspector/page/logic/reported-error.js';
import { changes } from '../../support/inspector/changes.js';

const log = changes([
  ['exception.set', 'connected.open', 'errored.recoverable.open'],
  ['exception.clear', 'errored.recoverable.open', 'connected.open'],
  ['request.head', 'idle.fresh', 'active', 'x'],
  ['exchange.fail', 'active', 'error', 'x'],
  ['exception.set', 'connected.open', 'errored.recoverable.open'],
]);

function errorAfter(at: number | undefined): ReturnType<typeof readError> {
  return readError({ message: 'no', testimony: { since: 1000, history: at === undefined ? [] : [{ at }] } });
}

describe('the change that an error came with', () => {
  it('is the first that brings an error after the last that the error has seen', () => {
    expect(changeOfError(log, errorAfter(1020))?.number).toBe(4);
    expect(changeOfError(log, errorAfter(undefined))?.number).toBe(1);
  });

  it('is the last one for an error without a testimony', () => {
    expect(changeOfError(log, readError({ message: 'no' }))?.number).toBe(5);
  });

  it('is not known where the log does not have it', () => {
    expect(changeOfError(log, errorAfter(2000))).toBeNull();
    expect(changeOfError([], readError({}))).toBeNull();
  });
});
