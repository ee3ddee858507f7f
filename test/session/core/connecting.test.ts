import { describe, expect, it } from '@jest/globals';

import type { SessionEvent } from '../../../machines/index.js';
import { TIMEOUTS } from '../../../src/constants.js';
import { HTTPClientSession, HTTPSClientSession } from '../../../src/session/index.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { faultsOf } from '../../support/http/faults.js';
import { freePort, settled, withServer } from '../../support/transport/sockets.js';
import { NOWHERE, rejection } from '../../support/session/subject.js';

/** What the lifecycle chart of a session is told from here on. */
function toldTo(session: HTTPClientSession): SessionEvent[] {
  const events: SessionEvent[] = [];
  const send = session.actor.send.bind(session.actor);
  session.actor.send = (event) => {
    events.push(event as SessionEvent);
    send(event);
  };
  return events;
}

describe('an error of connecting', () => {
  it('a connect error names the path on which no server listens', async () => {
    const { message } = await rejection(new HTTPClientSession().connect(NOWHERE));
    expect(message).toContain(`${NOWHERE.path}: `);
  });

  it('a connect error names host and port as they were asked for', async () => {
    const port = await freePort();
    const { message } = await rejection(new HTTPClientSession().connect({ host: 'localhost', port }));
    expect(message).toContain(`localhost:${String(port)}: `);
  });
});

describe('the time that connecting may take', () => {
  it('the connect timeout reaches the chart by the name of its timer', () =>
    withServer(async ({ target, accepted }) => {
      const clock = new VirtualClock();
      const session = new HTTPSClientSession('', undefined, { clock, connectTimeout: 100 });
      const told = toldTo(session);
      const connecting = rejection(session.connect({ host: '127.0.0.1', port: target.port }));
      // Accepted by the system, and then silent: the handshake of TLS comes to no end.
      await accepted();
      await clock.advance(100 + TIMEOUTS.timerGranularity.value);
      const exception = await connecting;
      expect(told).toContainEqual({ type: 'deadline.expired', timer: 'connect', exception });
    }));
});

describe('a connector that has come to its end', () => {
  it('a connector that has ended has nothing left to cancel, however it ended', async () => {
    const clock = new VirtualClock();
    await withServer(async ({ target, accepted }) => {
      const session = new HTTPClientSession('', undefined, { clock });
      await rejection(session.connect(NOWHERE));
      await session.connect({ host: '127.0.0.1', port: target.port });
      (await accepted()).destroy();
      session.abort();
      await settled();
      expect(faultsOf(session)).toEqual([]);
    });
  });
});
