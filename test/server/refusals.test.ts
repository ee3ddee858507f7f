import { describe, expect, it } from '@jest/globals';

import { LIMITS, TIMEOUTS } from '../../src/constants.js';
import { Refusals } from '../../src/server/refusals.js';
import { createMemoryPair, deadlinesOf, Transport, VirtualClock } from '../../src/transport/index.js';
import { FarEnd } from '../support/http/far-end.js';
import { responseIn } from '../support/http/messages.js';
import { get } from '../support/http/served.js';
import { settled } from '../support/transport/sockets.js';

const TICK = TIMEOUTS.timerGranularity.value;

/** A server that refuses everybody. */
class Refusing {
  readonly clock = new VirtualClock();
  readonly refusals = new Refusals(this.clock);

  async refused(request = ''): Promise<FarEnd> {
    const pair = createMemoryPair();
    const far = new FarEnd(pair.client);
    if (request !== '') far.socket.write(request);
    this.refusals.refuse(new Transport(pair.server));
    await settled();
    return far;
  }

  get armed(): number {
    return deadlinesOf(this.clock).armedCount;
  }
}

describe('a refused connection', () => {
  it('a refused connection gets 503 with Retry-After, and is closed', async () => {
    const far = await new Refusing().refused(get());
    expect(responseIn(far.text)).toEqual({
      status: 503,
      fields: ['Content-Length: 0', 'Retry-After: 1', 'Connection: close'],
      body: '',
      trailer: [],
    });
    expect(far.ended).toBe(true);
  });

  it('a refused connection gets 503 without having sent a request', async () => {
    expect(responseIn((await new Refusing().refused()).text).status).toBe(503);
  });

  it('a refused connection is read on, so that what it still sends makes no reset that destroys the answer', async () => {
    const refusing = new Refusing();
    const far = await refusing.refused(get());
    for (let at = 0; at < 10; at++) await far.send('x'.repeat(100_000));
    expect(far.wasReset).toBe(false);
    await far.fin();
    expect(far.socket.destroyed).toBe(true);
    expect(refusing.armed).toBe(0);
  });

  it('a refused connection is gone after a second, whatever it does', async () => {
    const refusing = new Refusing();
    const far = await refusing.refused(get());
    await refusing.clock.advance(TIMEOUTS.refusalTimeout.value - 1);
    await far.send('still there');
    expect(far.wasReset).toBe(false);
    await refusing.clock.advance(1 + TICK);
    await far.send('still there');
    expect(far.wasReset).toBe(true);
    expect(refusing.armed).toBe(0);
  });

  it('a refused connection may reset without a report', async () => {
    const refusing = new Refusing();
    const far = await refusing.refused(get());
    await far.reset();
    expect(refusing.armed).toBe(0);
  });
});

describe('many refused connections', () => {
  it('refused connections beyond a number are reset without an answer, until there is room again', async () => {
    const refusing = new Refusing();
    const all: FarEnd[] = [];
    for (let at = 0; at < LIMITS.maxRefusals.value; at++) all.push(await refusing.refused());
    expect(all.every(({ ended, wasReset }) => ended && !wasReset)).toBe(true);
    const tooMany = await refusing.refused(get());
    expect(tooMany.text).toBe('');
    expect(tooMany.wasReset).toBe(true);
    expect(refusing.armed).toBe(LIMITS.maxRefusals.value);
    await all[0]?.fin();
    expect(responseIn((await refusing.refused()).text).status).toBe(503);
  });

  it('refused connections can be given up together', async () => {
    const refusing = new Refusing();
    const all = [await refusing.refused(), await refusing.refused()];
    refusing.refusals.abandon();
    expect(refusing.armed).toBe(0);
    for (const far of all) {
      await far.send('anybody there?');
      expect(far.wasReset).toBe(true);
    }
  });
});
