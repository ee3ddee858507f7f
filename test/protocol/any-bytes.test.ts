import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { corpusCases } from '../support/protocol/corpus.js';
import { logOf, logOfBorrowed, singleByteCuts } from '../support/protocol/feed.js';
import type { Reading } from '../support/protocol/message-log.js';
import { mutated } from '../support/protocol/mutations.js';
import { sized } from '../support/thoroughness.js';

const TIME_BOX = { interruptAfterTimeLimit: sized(1_200, 400), numRuns: 20_000 };

const small = corpusCases().filter(({ input }) => input.length < 400);
const requests = small.filter(({ reading }) => reading.answers === null);
const responses = small.filter(({ reading }) => reading.answers !== null);

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });

/** The same log however the bytes are split; `logOf` lets nothing but errors of the peer become lines of the log. */
function isReadTheSame(input: Buffer, reading: Reading, at: readonly number[]): void {
  const whole = logOf(input, reading);
  const places = at.map((part) => Math.floor(part * input.length)).sort((a, b) => a - b);
  expect(logOf(input, reading, singleByteCuts(input.length))).toEqual(whole);
  expect(logOf(input, reading, places, 'readInto')).toEqual(whole);
  expect(logOfBorrowed(input, reading, places)).toEqual(whole);
}

describe('arbitrary bytes', () => {
  it.each([
    ['mutated requests', requests],
    ['mutated responses', responses],
  ])(
    'arbitrary bytes are read the same however they are split, and throw nothing but protocol errors: %s',
    (_, cases) => {
      const readings = fc.constantFrom(...cases.map(({ reading }) => reading));
      const inputs = mutated(cases.map(({ input }) => input));
      fc.assert(fc.property(inputs, readings, cuts, isReadTheSame), TIME_BOX);
    },
  );

  it('arbitrary bytes are read the same however they are split, and throw nothing but protocol errors: noise', () => {
    const readings = fc.constantFrom(...small.map(({ reading }) => reading));
    const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    fc.assert(fc.property(noise, readings, cuts, isReadTheSame), TIME_BOX);
  });
});
