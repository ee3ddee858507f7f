import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../src/constants.js';
import type { DrainOptions } from '../../src/server/drain-report.js';
import { deadlinesOf } from '../../src/transport/index.js';
import { responseIn } from '../support/http/messages.js';
import { echoPath, get, post } from '../support/http/served.js';
import { Draining, held } from '../support/server/draining.js';
import { isPending, rejection } from '../support/transport/promises.js';

const LINGER = TIMEOUTS.lingerTimeout.value;
const HEAD = TIMEOUTS.drainHead.value;

/** A request that declares a kilobyte and sends ten bytes of it. */
const UNFINISHED = post('x'.repeat(1_000)).slice(0, -990);

describe('what a drain does not wait for', () => {
  it('a drain gives up the rest of a body that is not read when its grace is over, and lingers', async () => {
    const draining = await Draining.listening(echoPath);
    const uploading = await draining.connection(UNFINISHED);
    expect(responseIn(uploading.text).body).toBe('/');
    const report = draining.server.drain({ grace: 200, deadline: 9_000 });
    await draining.clock.advance(150);
    expect(draining.server.counts().activities).toMatchObject({ active: 1 });
    await draining.clock.advance(100);
    expect(draining.server.counts().activities).toMatchObject({ lingering: 1 });
    await draining.clock.advance(LINGER + 50);
    expect(await report).toMatchObject({
      aborted: 0,
      sessions: [{ was: 'active', outcome: 'closed', answered: 0 }],
    });
    expect(uploading.wasReset).toBe(false);
    expect(deadlinesOf(draining.clock).armedCount).toBe(0);
  });

  it('a drain without a grace gives up the rest of a body that is not read at once', async () => {
    const draining = await Draining.listening(echoPath);
    await draining.connection(UNFINISHED);
    const report = draining.server.drain({ grace: 0, deadline: 9_000 });
    await draining.clock.advance(LINGER + 50);
    expect(await report).toMatchObject({ aborted: 0, sessions: [{ outcome: 'closed' }] });
  });

  it('a drain closes a connection whose unread body ends within the grace, and counts it as closed', async () => {
    const draining = await Draining.listening(echoPath);
    const uploading = await draining.connection(UNFINISHED);
    const report = draining.server.drain();
    await uploading.send('x'.repeat(990));
    await uploading.fin();
    expect(await report).toMatchObject({
      finished: 1,
      sessions: [{ was: 'active', outcome: 'closed', answered: 0 }],
    });
  });

  it('a drain waits for a handler that reads the body on after its response', async () => {
    const read: Promise<string>[] = [];
    const draining = await Draining.listening((request, response) => {
      read.push(request.text());
      response.end('thank you');
    });
    const uploading = await draining.connection(UNFINISHED);
    const report = draining.server.drain({ grace: 200, deadline: 9_000 });
    await draining.clock.advance(5_000);
    expect(await isPending(report)).toBe(true);
    await uploading.send('x'.repeat(990));
    expect(await read[0]).toHaveLength(1_000);
    await uploading.fin();
    expect(await report).toMatchObject({ aborted: 0 });
  });

  it('a drain gives the rest of a head a few seconds after its grace, then answers 408', async () => {
    const draining = await Draining.listening(echoPath);
    const partial = await draining.connection('GET / HT');
    const report = draining.server.drain({ grace: 1_000 });
    await draining.clock.advance(900 + HEAD);
    expect(partial.text).toBe('');
    await draining.clock.advance(200);
    expect(responseIn(partial.text).status).toBe(408);
    await draining.clock.advance(LINGER + 50);
    expect(await report).toMatchObject({ aborted: 0, sessions: [{ was: 'active', outcome: 'failed' }] });
  });

  it('a drain refuses half a head before its deadline, however early that is', async () => {
    const draining = await Draining.listening(echoPath);
    const partial = await draining.connection('GET / HT');
    const report = draining.server.drain({ grace: 500, deadline: 2_500 });
    await draining.clock.advance(1_600);
    expect(responseIn(partial.text).status).toBe(408);
    await draining.clock.advance(1_000);
    expect(await report).toMatchObject({ aborted: 0, sessions: [{ outcome: 'failed' }] });
  });

  it('a drain does not give a head more time than its own timer', async () => {
    const draining = new Draining(echoPath, { timers: { head: 2_000 } });
    await draining.server.listen();
    const partial = await draining.connection('GET / HT');
    void draining.server.drain({ grace: 1_000 });
    await draining.clock.advance(3_100);
    expect(responseIn(partial.text).status).toBe(408);
    await draining.server.stop();
  });

  it('a drain does not count a connection as aborted that has sent its last answer and lingers', async () => {
    const draining = await Draining.listening(echoPath);
    const lingering = await draining.connection(
      post('x'.repeat(1_000), 'Connection: close\r\n').slice(0, -10),
    );
    expect(draining.server.counts().activities).toMatchObject({ lingering: 1 });
    const report = draining.server.drain({ grace: 0, deadline: 500 });
    await draining.clock.advance(600);
    expect(await report).toMatchObject({ aborted: 0, sessions: [{ was: 'lingering', outcome: 'closed' }] });
    expect(responseIn(lingering.text).body).toBe('/');
  });
});

describe('the options of a drain', () => {
  it('a drain refuses a deadline before the end of its grace, and changes nothing', async () => {
    const draining = await Draining.listening(echoPath);
    const error = await rejection(draining.server.drain({ grace: 1_000, deadline: 200 }));
    expect(error).toBeInstanceOf(RangeError);
    expect(String(error)).toContain('(got 200)');
    expect(draining.server.state).toBe('listening');
    await draining.server.stop();
  });

  it('a drain shortens the default grace to a deadline that is earlier', async () => {
    const draining = await Draining.listening(echoPath);
    await draining.connection(get());
    const report = draining.server.drain({ deadline: 300 });
    await draining.clock.advance(350);
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
  });

  it.each([
    ['a number', 5, 'the options must be an object (got 5)'],
    ['null', null, 'the options must be an object (got null)'],
    ['a misspelt option', { graze: 5 }, 'did you mean "grace"?'],
  ])('a drain refuses %s for its options with a TypeError', async (_what, options, text) => {
    const { server } = await Draining.listening(echoPath);
    const error = await rejection(server.drain(options as DrainOptions));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(text);
    expect(server.state).toBe('listening');
    await server.stop();
  });
});

/** The timers that keep this process alive. */
function holdingTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

describe('a process that drains', () => {
  it('a drain keeps the process alive until its report, and no longer', async () => {
    const { handler, responses } = held();
    const draining = await Draining.listening(handler);
    const halfClosed = await draining.connection(get());
    await halfClosed.fin();
    const before = holdingTimers();
    const report = draining.server.drain({ grace: 0 });
    expect(holdingTimers()).toBe(before + 1);
    responses[0]?.end('late');
    await report;
    expect(responseIn(halfClosed.text).body).toBe('late');
    expect(holdingTimers()).toBe(before);
  });

  it('a drain that is cut short by stop() lets the process end', async () => {
    const draining = await Draining.listening(() => undefined);
    await draining.connection(get());
    const before = holdingTimers();
    const report = draining.server.drain();
    await draining.server.stop();
    expect(await report).toMatchObject({ aborted: 1 });
    expect(holdingTimers()).toBe(before);
  });
});
