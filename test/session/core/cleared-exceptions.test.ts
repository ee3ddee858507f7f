import { describe, expect, it } from '@jest/globals';

import { get, Served } from '../../support/http/served.js';

/* A served session goes on in the middle of the transition that clears its exception: what it does then has to wait. */

describe('a served session whose exception is cleared', () => {
  it('a served session whose exception is cleared closes when the client has left, and then notifies listeners', async () => {
    const served = new Served(() => undefined);
    served.session.setException(new Error('for a moment'));
    await served.fin();
    const told: string[] = [];
    served.session.subscribe(({ to }) => told.push(`${to}, found ${served.session.state}`));
    served.session.clearException();
    expect(told).toEqual(['connected.halfClosed, found closed', 'closed, found closed']);
  });

  it('a served session whose exception is cleared may be disposed of by the handler of a request that came meanwhile', async () => {
    const served = new Served(() => {
      served.session.dispose();
    });
    served.session.setException(new Error('for a moment'));
    await served.send(get());
    served.session.clearException();
    expect([served.session.state, served.session.socket()]).toEqual(['closed', null]);
    expect(served.session.actor.getSnapshot().status).toBe('done');
    await served.pass(0);
    expect([served.wasReset, served.armedDeadlines, served.faults]).toEqual([true, 0, []]);
  });
});
