import { describe, expect, it, jest } from '@jest/globals';

import * as ours from '../../src/errors/index.js';

/** Another copy of the package in the same process, as two versions in one tree of dependencies are. */
async function anotherCopy(): Promise<typeof ours> {
  jest.resetModules();
  return import('../../src/errors/index.js');
}

describe('instanceof across two copies of the package', () => {
  it('instanceof across two copies of the package holds for each family and the base, and for no other family', async () => {
    const theirs = await anotherCopy();
    expect(theirs.HTTPSessionError).not.toBe(ours.HTTPSessionError);
    const errors = [
      new theirs.NetworkError('x'),
      new theirs.TimeoutError('receive', 5),
      new theirs.InvalidStateError('close()', 'closed'),
      new theirs.LocalProtocolError('x'),
      new theirs.RemoteProtocolError('x'),
      new theirs.NoMessageError(),
      new theirs.IncompleteMessageError(),
      new theirs.AbortedError(),
    ];
    const families = errors.map(({ name }) => ours[name as 'NetworkError']);
    for (const [at, error] of errors.entries()) {
      expect(error instanceof ours.HTTPSessionError).toBe(true);
      expect(families.map((family) => error instanceof family)).toEqual(
        errors.map((_, other) => other === at),
      );
    }
  });

  it('instanceof does not match foreign errors or look-alikes', () => {
    for (const value of [
      new Error('x'),
      { name: 'NetworkError', code: 'ERR_HTTP_SESSION_NETWORK' },
      null,
      'x',
    ]) {
      expect((value as unknown) instanceof ours.HTTPSessionError).toBe(false);
    }
  });

  it('a derived class matches only its own instances', () => {
    class Mine extends ours.NetworkError {}
    expect(new Mine('x')).toBeInstanceOf(ours.NetworkError);
    expect(new Mine('x')).toBeInstanceOf(Mine);
    expect(new ours.NetworkError('x')).not.toBeInstanceOf(Mine);
  });
});
