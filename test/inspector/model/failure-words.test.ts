import { describe, expect, it } from '@jest/globals';

import {
  endWords,
  placeWords,
  retryWords,
  type ToldFailure,
} from '../../../src/inspector/model/failure-words.js';

const failure: ToldFailure = {
  state: 'connected.open',
  request: { number: 3, method: 'GET' },
  endedBy: 'fin',
  responseBegun: true,
  replay: 'unknown',
};

describe('a failure in words', () => {
  it.each([
    [failure, 'in state connected.open, in the response to request 3, GET'],
    [{ ...failure, responseBegun: false }, 'in state connected.open, without a response to request 3, GET'],
    [{ ...failure, request: null }, 'in state connected.open, between requests'],
    [{ ...failure, state: 'unconnected.connecting' }, 'being opened'],
  ])('where it was: %j', (told, words) => {
    expect(placeWords(told)).toBe(words);
  });

  it.each([
    [null, 'client', null],
    ['fin', 'client', 'the server closed it'],
    ['fin', 'server', 'the client closed it'],
    ['rst', 'server', 'the network or the client reset it'],
    ['timeout', 'client', 'a timeout ended it'],
    ['parse', 'server', 'what the client sent ended it'],
    ['local', 'server', 'this side ended it'],
    ['magic', 'server', 'magic'],
  ] as const)('what ended it: %s, told by a %s', (endedBy, role, words) => {
    expect(endWords(endedBy, role)).toBe(words);
  });

  it('a client reads whether it can retry', () => {
    expect(retryWords({ ...failure, replay: 'safe' }, 'client')).toMatch(/^you can retry: /);
    expect(retryWords(failure, 'client')).toMatch(/you can retry, as GET has the same effect twice$/);
    const post = { ...failure, request: { number: 1, method: 'POST' } };
    expect(retryWords(post, 'client')).toMatch(/a retry may do it twice$/);
  });

  it('a server reads of a retry only where it is known to be safe', () => {
    expect(retryWords(failure, 'server')).toBeNull();
    expect(retryWords({ ...failure, request: null, replay: 'safe' }, 'server')).toBeNull();
    expect(retryWords({ ...failure, replay: 'safe' }, 'server')).toMatch(/^the client may retry: /);
  });
});
