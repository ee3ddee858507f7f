import { describe, expect, it } from '@jest/globals';

import { payloads, type Payload } from './garden/payloads.js';
import { Bed } from './garden/runs.js';
import { sized } from '../support/thoroughness.js';

/** How many connections are open at once. */
const AT_ONCE = 200;

/** What is cut at every place: all payloads would take half a minute. */
const some = payloads.filter((_, index) => index % sized(3, 40) === 0);
const bytewise = payloads.filter((_, index) => index % sized(1, 8) === 0);

/** The logs that are not due, of connections that get these segments. */
async function undue(inputs: readonly (readonly [Payload, readonly Buffer[]])[]): Promise<string[]> {
  const bed = new Bed();
  const differing: string[] = [];
  for (let from = 0; from < inputs.length; from += AT_ONCE) {
    const batch = inputs.slice(from, from + AT_ONCE);
    const logs = await bed.logs(batch.map(([, segments]) => segments));
    for (const [index, [{ name, due }, segments]] of batch.entries()) {
      const where = `${name}, cut at ${String(segments[0]?.length)}`;
      if (logs[index] !== due) differing.push(`${where}: ${String(logs[index])}`);
    }
  }
  return differing;
}

function bytesOf({ bytes }: Payload): Buffer[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

/** The halves of a payload for each place where it can be cut. */
function halvesOf(payload: Payload): (readonly [Payload, readonly Buffer[]])[] {
  const { bytes } = payload;
  return bytesOf(payload)
    .slice(1)
    .map((_, at) => [payload, [bytes.subarray(0, at + 1), bytes.subarray(at + 1)]]);
}

/** Milliseconds: ten seconds of computing, on a machine that has others to serve as well. */
const EXHAUSTIVE = 120_000;

describe('Our server, on a few hundred payloads and a request behind each', () => {
  it(
    'our server reads payloads byte by byte as it reads them at once',
    async () => {
      expect(payloads.length).toBeGreaterThan(1_500);
      expect(await undue(bytewise.map((payload) => [payload, bytesOf(payload)]))).toEqual([]);
    },
    EXHAUSTIVE,
  );

  it(
    'our server reads payloads cut in two, at every place, as it reads them at once',
    async () => {
      expect(some.length).toBeGreaterThan(sized(500, 38));
      expect(await undue(some.flatMap(halvesOf))).toEqual([]);
    },
    EXHAUSTIVE,
  );
});
