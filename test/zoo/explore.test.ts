import { describe, expect, it } from '@jest/globals';

import { serverDriver, serverModel } from '../../src/testing/index.js';
import { inMemory, MISTAKES, tinyServer } from '../support/testing/servers.js';
import type { Exploration } from './explore/difference.js';
import { Explorer } from './explore/explore.js';
import { told } from './page/told.js';

type Mistake = keyof typeof MISTAKES;

/** What is found out about a server that is right but for one mistake. */
async function found(mistake: Mistake): Promise<Omit<Exploration, 'choices'>> {
  const connect = inMemory(tinyServer(MISTAKES[mistake]));
  const driver = serverDriver({ connect, echo: '/', patience: 10 });
  return new Explorer(serverModel, driver, () => false).explore();
}

function inShort({ differences }: Omit<Exploration, 'choices'>): readonly string[] {
  return differences.map((one) => `${one.from} > ${one.event}: ${told(one)}`).sort();
}

describe('an exploration', () => {
  it('an exploration of a server without a mistake finds nothing, on all pairs', async () => {
    const { differences, coverage } = await found('none');
    expect(differences).toEqual([]);
    expect(coverage.pairs.missing).toEqual([]);
  });

  it.each<[Mistake, readonly string[]]>([
    [
      'no word on Expect',
      [
        'connected.fresh > body.expect: does not say 100 Continue',
        'connected.reused > body.expect: does not say 100 Continue',
      ],
    ],
    [
      'nothing to a client that has half-closed',
      [
        'connected.fresh > request.halfClosed: closes without an answer',
        'connected.reused > request.halfClosed: closes without an answer',
      ],
    ],
  ])('an exploration of a server that sends %s finds each transition of it', async (mistake, differences) => {
    expect(inShort(await found(mistake))).toEqual(differences);
  });

  it('an exploration walks all pairs that do not need what is different', async () => {
    const { differences, coverage } = await found('no word on Expect');
    const isBehind = (pair: string): boolean => /body\.expect|connected\.continued/.test(pair);
    expect(differences).toHaveLength(2);
    expect(coverage.pairs.missing.filter((pair) => !isBehind(pair))).toEqual([]);
    expect(coverage.pairs.missing.filter(isBehind)).not.toEqual([]);
  });
});
