import { describe, expect, it } from '@jest/globals';

import {
  HTTPSessionError,
  IncompleteMessageError,
  RemoteProtocolError,
  TimeoutError,
} from '../../../src/errors/index.js';
import { refusal, statusOf } from '../../../src/session/server/response-head.js';
import { serverSettings } from '../../../src/session/server/server-settings.js';
import { Subject } from '../../support/session/subject.js';

describe('the status that answers a request which failed', () => {
  it.each([
    ['what is no HTTP', new RemoteProtocolError('malformed'), 400],
    ['what is more than is taken', new RemoteProtocolError('too much', undefined, 413), 413],
    ['a timeout', new TimeoutError('head', 5_000), 408],
    ['its end in the middle', new IncompleteMessageError(), 400],
    ['anything else', new HTTPSessionError('any other'), 400],
  ] satisfies [string, HTTPSessionError, number][])(
    'the status for a failed request by %s',
    (_how, error, status) => {
      expect(statusOf(error)).toBe(status);
    },
  );
});

describe('a refusal', () => {
  it('a refusal is a whole HTTP/1.1 response, with a Connection field only where the connection ends', () => {
    const { session } = new Subject().attach();
    const settings = serverSettings({ softwareVersion: 'Test/1.0' });
    expect(refusal(session.core, 503, settings)).toBe(
      'HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 24\r\n' +
        'Server: Test/1.0\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n\r\n503 Service Unavailable\n',
    );
    session.abort();
  });
});
