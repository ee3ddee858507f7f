import { describe, expect, it } from '@jest/globals';
import { corpusCases, type CorpusCase } from './kit/corpus.js';
import { logOf, logOfBorrowed, singleByteCuts, twoWayCuts } from './kit/feed.js';
import { TAKES } from './kit/message-log.js';

const NEXT = Buffer.from('GET /next HTTP/1.1\r\nHost: next\r\n\r\n');
const NEXT_LOG = ['request GET /next HTTP/1.1', 'field Host: next', 'body 0', 'end'];

/** What the log becomes when a next message follows, or undefined if the bytes would be part of the case itself. */
function logBeforeNext({ log, reading }: CorpusCase): readonly string[] | undefined {
  const last = log.at(-1);
  if (last?.startsWith('error')) return log;
  if (last !== 'end') return undefined;
  const body = log.filter((line) => line.startsWith('body ')).at(-1) as string;
  if (body.includes('until close')) return undefined;
  const isLast = reading.answers !== null ? !log.slice(log.lastIndexOf(body) - 1).includes('interim') : body.includes('close');
  return isLast ? [...log, `left ${JSON.stringify(NEXT.toString('latin1'))}`] : [...log, ...NEXT_LOG];
}

describe.each(corpusCases())('$file: $name', (one) => {
  const { input, reading, log } = one;

  it.each(Object.keys(TAKES))('is read as described, when it arrives whole, by %s', (take) => {
    expect(logOf(input, reading, [], take)).toEqual(log);
  });

  it.each(Object.keys(TAKES))('is read the same byte by byte, by %s', (take) => {
    expect(logOf(input, reading, singleByteCuts(input.length), take)).toEqual(log);
  });

  it('is read the same at every split in two', () => {
    const differing = twoWayCuts(input.length).filter(
      (cut) => logOf(input, reading, [cut]).join('\n') !== log.join('\n'),
    );
    expect(differing).toEqual([]);
  });

  it('is read the same out of memory that is used again', () => {
    expect(logOfBorrowed(input, reading)).toEqual(log);
    expect(logOfBorrowed(input, reading, singleByteCuts(input.length))).toEqual(log);
    for (const cut of twoWayCuts(input.length)) expect(logOfBorrowed(input, reading, [cut])).toEqual(log);
  });

  it('leaves the next message alone', () => {
    const expected = logBeforeNext(one);
    if (expected === undefined) {
      expect(log.at(-1)).toMatch(/^(?:incomplete|end|left .*)$/);
      return;
    }
    // A response of which nothing but interim ones came would take the next message for its final one.
    if (reading.answers !== null && log.at(-3) === 'interim') return;
    expect(logOf(Buffer.concat([input, NEXT]), reading)).toEqual(expected);
    expect(logOf(Buffer.concat([input, NEXT]), reading, [input.length])).toEqual(expected);
  });
});
