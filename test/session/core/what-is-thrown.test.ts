import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { callListener, reportFault } from '../../../src/diagnostics.js';
import { HTTPSessionError } from '../../../src/errors/index.js';
import { HTTPServerSession } from '../../../src/session/index.js';
import { quietPair } from '../../support/session/subject.js';

/*
 * Without a subscriber a fault is a process warning, and has to be made into a text, whatever was thrown.
 */

const thrower = (): never => {
  throw new Error('thrown while it is looked at');
};

const nasty: Record<string, unknown> = {
  'an object without a prototype': Object.create(null) as unknown,
  'an object whose toString throws': { toString: thrower },
  'an error whose stack throws': Object.defineProperty(new Error('x'), 'stack', { get: thrower }),
  'an error whose stack is an object': Object.defineProperty(new Error('x'), 'stack', {
    value: Object.create(null),
  }),
  'a proxy that throws at everything': new Proxy({}, { get: thrower, has: thrower, getPrototypeOf: thrower }),
  'a symbol': Symbol('x'),
};

const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

afterEach(() => {
  warnings.mockClear();
});

describe('a fault without a subscriber', () => {
  it.each(Object.entries(nasty))('%s is a warning', (_what, value) => {
    reportFault('handler', value);
    expect(warnings).toHaveBeenCalledWith(expect.any(String), {
      type: 'HTTPSessionFault',
      code: 'HTTP_SESSION_FAULT_HANDLER',
    });
  });

  it.each(Object.entries(nasty))('%s as the cause of an error is described in JSON', (_what, cause) => {
    const error = new HTTPSessionError('failed', { cause });
    expect(() => JSON.stringify(error)).not.toThrow();
  });

  it.each(Object.entries(nasty))('a listener that throws %s disturbs nothing', (_what, value) => {
    const call = (listener: () => unknown): void => {
      callListener(listener, []);
    };
    call(() => {
      throw value;
    });
    call(() => ({ then: (_: unknown, reject: (reason: unknown) => void) => reject(value) }));
    call(() => ({
      then: () => {
        throw value;
      },
    }));
    call(() => Object.defineProperty({}, 'then', { get: thrower }));
    expect(warnings).toHaveBeenCalledTimes(4);
  });

  it.each(Object.entries(nasty))(
    'a session whose listener throws %s still notifies the others',
    (_what, value) => {
      const session = new HTTPServerSession(quietPair().server);
      const heard: string[] = [];
      session.on('transition', () => {
        throw value;
      });
      session.on('transition', ({ to }) => heard.push(to));
      session.abort();
      session.dispose();
      expect(heard).toEqual(['closed']);
    },
  );
});
