import { describe, expect, it } from '@jest/globals';

import { HTTPSessionError } from '../../../src/errors/index.js';
import { TransitionHistory } from '../../../src/session/core/ledger.js';
import { testify, testifyUnsent, type Witness } from '../../../src/session/core/testify.js';

/** What an error came about under: the third request of a connection, unless told otherwise. */
function witness(
  circumstances: Partial<Witness> & { tags?: readonly string[]; name?: string } = {},
): Witness {
  const { tags = ['responding'], name = 'active', ...others } = circumstances;
  return {
    id: 7,
    state: 'connected.open',
    since: 1_000,
    exchange: { name, tags: new Set(tags) },
    endedBy: null,
    requestNumber: 3,
    requestMethod: 'GET',
    requestTarget: '/third',
    bytesIn: 10,
    bytesOut: 20,
    history: new TransitionHistory(1_000),
    peer: undefined,
    role: { isHeadSent: () => false, isRequestUnsent: () => false },
    ...others,
  };
}

const testimonyOf = (core: Witness) => testify(core, new HTTPSessionError('made by the test')).testimony;

describe('the request that an error names', () => {
  it('the request that an error names is the one in progress', () => {
    expect(testimonyOf(witness())?.request).toEqual({ number: 3, method: 'GET', target: '/third' });
  });

  it.each(['error', 'switched'])(
    'the request that an error names is the last one in `%s`, which is a state of one',
    (name) => {
      expect(testimonyOf(witness({ name, tags: ['over'] }))?.request).toMatchObject({ number: 3 });
    },
  );

  it.each<[string, Parameters<typeof witness>[0]]>([
    ['before the first', { requestNumber: 0 }],
    ['between two', { tags: ['idle'], name: 'idle.reused' }],
    ['after the last', { tags: ['over', 'past'], name: 'mustClose' }],
    ['after the connection', { tags: ['over', 'past'], name: 'closed' }],
  ])('the request that an error names is none %s', (_when, circumstances) => {
    expect(testimonyOf(witness(circumstances))?.request).toBeNull();
  });
});

describe('a response that has begun', () => {
  it.each([
    ['is being written', ['requesting', 'responding'], true],
    ['was complete before its request', ['requesting'], true],
    ['follows a request that is complete', ['responding'], true],
    ['is not there while the request is unanswered', ['requesting', 'responding', 'unanswered'], false],
    ['is not there between two requests', ['idle'], false],
  ])('an error says whether a response has begun: %s', (_when, tags, expected) => {
    expect(testimonyOf(witness({ tags }))?.responseBegun).toBe(expected);
  });
});

describe('whether the request may be sent again', () => {
  it.each([
    [3, true, 'safe'],
    [3, false, 'unknown'],
    [0, true, 'unknown'],
  ])('an error says whether request %d may be sent again, unsent: %p', (requestNumber, isUnsent, verdict) => {
    const role = { isHeadSent: () => false, isRequestUnsent: () => isUnsent };
    expect(testimonyOf(witness({ requestNumber, role }))?.replay).toBe(verdict);
  });
});

describe('the context of an error', () => {
  it('the context of an error is captured when it is created, and never overwritten', () => {
    const error = testify(witness({ endedBy: 'fin' }), new HTTPSessionError('made by the test'));
    testify(witness({ id: 8, requestNumber: 4 }), error, 'rst');
    expect(error.testimony).toMatchObject({ sessionId: 7, endedBy: 'fin', request: { number: 3 } });
  });

  it('an error of a connection that could not be opened names its request', () => {
    const error = testify(
      witness({ state: 'unconnected.connecting', requestNumber: 0, tags: [] }),
      new HTTPSessionError('made by the test'),
    );
    expect(testifyUnsent(error, { method: 'PUT', uri: '/thing' })).toBe(error);
    expect(error.testimony).toMatchObject({
      state: 'unconnected.connecting',
      request: { number: 1, method: 'PUT', target: '/thing' },
      replay: 'safe',
    });
  });

  it.each<[string, unknown]>([
    ['of an open connection', testify(witness(), new HTTPSessionError('made by the test'))],
    ['that is missing', new HTTPSessionError('made by the test')],
    ['of what is no error of a session', new Error('made by the test')],
  ])('the context of an error stays as it is: %s', (_name, error) => {
    const before = error instanceof HTTPSessionError ? error.testimony : undefined;
    expect(testifyUnsent(error, { method: 'PUT', uri: '/thing' })).toBe(error);
    expect((error as HTTPSessionError).testimony).toBe(before);
  });
});
