import { describe, expect, it } from '@jest/globals';

import { AbortedError, NetworkError } from '../../../src/errors/index.js';
import { connectError, networkError } from '../../../src/session/core/network-errors.js';

/** An error as the system makes it. */
function systemError(code: string, message = `of the system: ${code}`): Error {
  return Object.assign(new Error(message), { code });
}

const wraps: readonly [string, (error: unknown) => Error][] = [
  ['a socket', networkError],
  ['the connector', (error) => connectError(error, 'test:80')],
];

describe.each(wraps)('an error of %s', (_, wrap) => {
  it('an error that is of this package already stays as it is', () => {
    const error = new AbortedError('ours');
    expect(wrap(error)).toBe(error);
  });

  it('an error becomes a NetworkError that has it as its cause, and its text', () => {
    const cause = systemError('EHOSTUNREACH');
    const error = wrap(cause);
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.cause).toBe(cause);
    expect(error.message).toContain('of the system: EHOSTUNREACH');
  });

  it.each([
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ message: '', errors: [new Error('in no error')], code: 'ECONNRESET' }, '[object Object]'],
  ])('a thrown value that is not an Error is wrapped all the same: %j', (cause, text) => {
    const error = wrap(cause);
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.cause).toBe(cause);
    expect(error.message).toContain(text);
    expect(error).not.toMatchObject({ code: 'ERR_HTTP_SESSION_RESET' });
  });

  it('an error that has no text of its own has that of the first error in it', () => {
    const cause = Object.assign(new Error(''), {
      errors: [systemError('ECONNREFUSED', 'refused'), systemError('ECONNRESET', 'reset')],
    });
    expect(wrap(cause).message).toContain('refused');
    expect(wrap(cause).cause).toBe(cause);
  });

  it('an error that has a text of its own keeps it', () => {
    const cause = Object.assign(new Error('several failed'), { errors: [systemError('ECONNRESET', 'one')] });
    expect(wrap(cause).message).toContain('several failed');
  });

  it('an error that has no text at all is wrapped as well', () => {
    expect(wrap(new Error(''))).toBeInstanceOf(NetworkError);
  });
});

describe('the code of an error of a socket', () => {
  it.each(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_PREMATURE_CLOSE'])(
    'the code of a socket error is that of a reset for %s',
    (code) => {
      expect(networkError(systemError(code)).code).toBe('ERR_HTTP_SESSION_RESET');
    },
  );

  it('the code of a socket error is that of the network for every other, and for none', () => {
    for (const error of [systemError('ETIMEDOUT'), new Error('without a code')]) {
      expect(networkError(error).code).toBe('ERR_HTTP_SESSION_NETWORK');
    }
  });

  it('the code of a socket error follows the first of several errors', () => {
    const cause = Object.assign(new Error(''), { errors: [systemError('ECONNRESET')] });
    expect(networkError(cause).code).toBe('ERR_HTTP_SESSION_RESET');
  });
});

describe('the code of an error of the connector', () => {
  it.each([
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_TLS_HANDSHAKE_TIMEOUT',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'CERT_HAS_EXPIRED',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'EPROTO',
  ])('the code of a connect error is that of TLS for %s', (code) => {
    expect(connectError(systemError(code), 'test:443').code).toBe('ERR_HTTP_SESSION_TLS');
  });

  it.each(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'MY_ERR_TLS', 'MY_ERR_SSL'])(
    'the code of a connect error is that of connecting for %s',
    (code) => {
      expect(connectError(systemError(code), 'test:80').code).toBe('ERR_HTTP_SESSION_CONNECT');
    },
  );

  it('the code of a connect error is that of connecting where the cause has none', () => {
    expect(connectError('a text', 'test:80').code).toBe('ERR_HTTP_SESSION_CONNECT');
  });
});
