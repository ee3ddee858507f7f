import { describe, expect, it } from '@jest/globals';

import {
  CALL_CHANNEL,
  publishCallBegin,
  publishCallEnd,
  type CallEnd,
  type CallMessage,
  type CallRecord,
} from '../../src/client/diagnostics.js';
import { Heard } from '../support/client/heard.js';

const call: CallRecord = {
  ...{ id: 3, method: 'GET', target: '/orders?token=secret', attempts: 2 },
  ...{ startedAt: 100, assignedAt: 130, sentAt: 131, answeredAt: 181 },
};
const end: CallEnd = {
  ...{ sessionId: 5, reused: true, status: 200, outcome: 'completed', error: null, connect: undefined },
};

describe('the channel of calls', () => {
  it('a call begins with what it asks for, and without the query', () => {
    using calls = new Heard<CallMessage>(CALL_CHANNEL);
    publishCallBegin('https://api.example', call, 1_000);
    expect(calls.messages).toEqual([
      {
        ...{ phase: 'begin', callId: 3, method: 'GET', origin: 'https://api.example', target: '/orders' },
        ...{ at: 1_000, sessionId: undefined, attempts: 2, reused: undefined, status: undefined },
        ...{ outcome: undefined, error: null, durations: undefined },
      },
    ]);
  });

  it('a call ends with how long its phases took', () => {
    using calls = new Heard<CallMessage>(CALL_CHANNEL);
    publishCallEnd('https://api.example', call, { ...end, connect: 20 }, 1_000, 300);
    expect(calls.messages).toMatchObject([
      {
        ...{ phase: 'end', sessionId: 5, reused: true, status: 200, outcome: 'completed', attempts: 2 },
        durations: { queue: 30, connect: 20, head: 50, total: 200 },
      },
    ]);
  });

  it.each([
    ['got no connection', { assignedAt: 0, sentAt: 0, answeredAt: 0 }, { queue: undefined, head: undefined }],
    ['was not answered', { answeredAt: 0 }, { queue: 30, head: undefined }],
    ['was answered before its last attempt', { answeredAt: 120 }, { queue: 30, head: undefined }],
  ])('a call that %s has no duration of what did not happen', (_what, times, durations) => {
    using calls = new Heard<CallMessage>(CALL_CHANNEL);
    publishCallEnd('https://api.example', { ...call, ...times }, end, 1_000, 300);
    expect(calls.messages[0]?.durations).toEqual({ ...durations, connect: undefined, total: 200 });
  });
});
