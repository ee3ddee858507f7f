import { channel } from 'node:diagnostics_channel';

import { describe, expect, it } from '@jest/globals';

import { traceClient } from '../../src/cli/client-trace.js';
import { formatTransition } from '../../src/cli/trace.js';
import { CLIENT_TRANSITION_CHANNEL } from '../../src/client/index.js';
import { TRANSITION_CHANNEL } from '../../src/diagnostics.js';
import { VirtualClock } from '../../src/transport/index.js';

const sessions = channel(TRANSITION_CHANNEL);
const clients = channel(CLIENT_TRANSITION_CHANNEL);

describe('A trace of a client', () => {
  it('a trace of a client reports its calls and all client sessions, dated by its clock', async () => {
    const clock = new VirtualClock();
    const lines: string[] = [];
    const end = traceClient(7, clock, (record) => lines.push(formatTransition(record, 0)));
    clients.publish({ chart: 'call', clientId: 7, id: 12, event: 'call.queue', to: 'queued' });
    clients.publish({ chart: 'call', clientId: 8, id: 13, event: 'call.queue', to: 'queued' });
    clients.publish({ chart: 'place', clientId: 7, id: 1, event: 'place.open', to: 'opening' });
    await clock.advance(5);
    const message = { chart: 'exchange', sessionId: 3, event: 'request.head', to: 'active' };
    sessions.publish({ ...message, role: 'client' });
    sessions.publish({ ...message, role: 'server' });
    end();
    sessions.publish({ ...message, role: 'client' });
    expect(lines).toEqual([
      '    0.0 ms  call      12  call.queue                   queued',
      '    5.0 ms  exchange   3  request.head                 active',
    ]);
    expect([sessions.hasSubscribers, clients.hasSubscribers]).toEqual([false, false]);
  });
});
