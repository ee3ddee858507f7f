import { describe, expect, it } from '@jest/globals';

import { HTTPServerSession } from '../../../src/session/index.js';
import { createMemoryPair, VirtualClock } from '../../../src/transport/index.js';
import { FarEnd } from '../../support/http/far-end.js';
import { echoPath, get } from '../../support/http/served.js';

/** A clock whose wall time goes on whenever somebody looks. */
class RestlessClock extends VirtualClock {
  #time: number;

  constructor(time: number) {
    super();
    this.#time = time;
  }

  /** From now on it shows `time`, and after each look a millisecond more. */
  set(time: number): void {
    this.#time = time;
  }

  override wallTime(): number {
    return this.#time++;
  }
}

describe('the clock and one chunk of bytes', () => {
  it.each([0, 1, 1_700_000_000_000])('all effects of one chunk have the same time, even %d', async (time) => {
    const clock = new RestlessClock(time);
    const { client, server } = createMemoryPair();
    const session = new HTTPServerSession(server, { clock });
    session.serve(echoPath);
    const known = session.history.length;
    clock.set(time);
    await new FarEnd(client).send(get('/1') + get('/2'));
    const caused = session.history.slice(known);
    expect(caused.length).toBeGreaterThan(4);
    expect(new Set(caused.map(({ at }) => at))).toEqual(new Set([time]));
    session.abort();
  });
});
