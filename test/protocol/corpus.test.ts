import { describe, expect, it } from '@jest/globals';
import { corpusCases, type CorpusCase } from '../support/protocol/corpus.js';
import { logOf, logOfBorrowed, singleByteCuts, twoWayCuts } from '../support/protocol/feed.js';
import { TAKES } from '../support/protocol/message-log.js';
import { sampled } from '../support/thoroughness.js';

const NEXT = Buffer.from('PUT / HTTP/1.1\r\nHost: n\r\n\r\n');
const NEXT_LOG = ['request PUT / HTTP/1.1', 'field Host: n', 'body 0', 'end'];

/** The places at which a case is cut in two. */
const cutsOf = (input: Buffer): readonly number[] => sampled(twoWayCuts(input.length), 20);

interface BeforeNext extends CorpusCase {
  readonly expected: readonly string[];
}

/** The case with the log that is due when a next message follows; none if those bytes would belong to the case itself. */
function beforeNext(one: CorpusCase): BeforeNext[] {
  const { log, reading } = one;
  const last = log.at(-1) ?? '';
  if (last.startsWith('error')) return [{ ...one, expected: log }];
  if (last !== 'end' || log.includes('body until close, then close')) return [];
  const isLast = reading.answers !== null || log.some((line) => line.endsWith('then close'));
  const after = isLast ? [`left ${JSON.stringify(NEXT.toString('latin1'))}`] : NEXT_LOG;
  return [{ ...one, expected: [...log, ...after] }];
}

describe.each(corpusCases())('$file: $name', ({ input, reading, log }) => {
  const expected = log.join('\n');
  const differs = (actual: readonly string[]): boolean => actual.join('\n') !== expected;

  it('a corpus message is read as described', () => {
    expect(logOf(input, reading)).toEqual(log);
  });

  it('a corpus message is read the same byte by byte and split in two, however its content is read', () => {
    expect(logOf(input, reading, singleByteCuts(input.length))).toEqual(log);
    expect(cutsOf(input).filter((cut) => differs(logOf(input, reading, [cut])))).toEqual([]);
    const takes = Object.keys(TAKES).filter(
      (take) =>
        differs(logOf(input, reading, [], take)) ||
        differs(logOf(input, reading, singleByteCuts(input.length), take)),
    );
    expect(takes).toEqual([]);
  });

  it('a corpus message is read the same from reused memory', () => {
    expect(logOfBorrowed(input, reading)).toEqual(log);
    expect(logOfBorrowed(input, reading, singleByteCuts(input.length))).toEqual(log);
    expect(cutsOf(input).filter((cut) => differs(logOfBorrowed(input, reading, [cut])))).toEqual([]);
  });
});

describe.each(corpusCases().flatMap(beforeNext))(
  '$file: $name, and a next message',
  ({ input, reading, expected }) => {
    it('a corpus message leaves the next message unread', () => {
      const both = Buffer.concat([input, NEXT]);
      expect(logOf(both, reading)).toEqual(expected);
      expect(logOf(both, reading, [input.length])).toEqual(expected);
      expect(logOf(both, reading, singleByteCuts(both.length))).toEqual(expected);
    });
  },
);
