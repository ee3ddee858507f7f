import { describe, expect, it } from '@jest/globals';

import { HTTPServer } from '../../src/server/index.js';
import { HTTPClientSession } from '../../src/session/index.js';
import { WorkerPool } from '../../src/cluster/index.js';
import type { TransitionMessage } from '../../src/diagnostics.js';
import { TimeoutError, type Testimony } from '../../src/errors/index.js';

/*
 * `npm run typecheck` compiles these lines: without a mistake in them, `@ts-expect-error` itself is one. Nobody calls
 * the functions.
 */
const MISTAKES: readonly ((of: {
  session: HTTPClientSession;
  server: HTTPServer;
  pool: WorkerPool;
  testimony: Testimony;
  message: TransitionMessage;
  error: TimeoutError;
}) => unknown)[] = [
  // @ts-expect-error -- there is no such state
  ({ session }) => session.state === 'connected.opened',
  // @ts-expect-error -- a state is compared whole; `matches` takes parts
  ({ session }) => session.state === 'connected',
  // @ts-expect-error -- there is no such state
  ({ session }) => session.exchangeState === 'idle',
  // @ts-expect-error -- there is no such state
  ({ session }) => session.waitFor('closd'),
  // @ts-expect-error -- there is no such state
  ({ session }) => session.matches('conected'),
  // @ts-expect-error -- there is no such event
  ({ session }) => session.on('conected', () => undefined),
  // @ts-expect-error -- there is no such state
  ({ session }) => session.on('transition', ({ to }) => to === 'connected'),
  // @ts-expect-error -- there is no such state
  ({ session }) => session.history.some(({ state }) => state === 'open'),
  // @ts-expect-error -- there is no such event
  ({ session }) => session.history.some(({ event }) => event === 'session.open'),
  // @ts-expect-error -- there is no such state
  ({ server }) => server.state === 'running',
  // @ts-expect-error -- there is no such state
  ({ server }) => server.counts().states.open,
  // @ts-expect-error -- there is no such state
  ({ pool }) => pool.state === 'listening',
  // @ts-expect-error -- there is no such event
  ({ pool }) => pool.on('crash', () => undefined),
  // @ts-expect-error -- there is no such state
  ({ testimony }) => testimony.state === 'open',
  // @ts-expect-error -- there is no such state
  ({ message }) => message.from === 'open',
  // @ts-expect-error -- there is no such timer
  ({ error }) => error.timer === 'idle',
];

describe('names of states, events and timers are types', () => {
  it.each(MISTAKES.map((mistake) => [String(mistake), mistake] as const))(
    'the compiler refuses %s',
    (_, mistake) => {
      expect(mistake).toBeInstanceOf(Function);
    },
  );
});

describe('in JavaScript an unknown name throws TypeError', () => {
  const session = new HTTPClientSession('localhost', 80);

  it('waitFor suggests the state that was probably meant, and lists all', () => {
    expect(() => session.waitFor('closd' as 'closed')).toThrow(
      /^unknown state "closd" \(did you mean "closed"\?\); expected one of closed, connected, connected\.draining, /,
    );
    expect(() => session.waitFor('closd' as 'closed')).toThrow(TypeError);
  });

  it('matches suggests the state that was probably meant', () => {
    expect(() => session.matches('conected' as 'connected')).toThrow(
      /^unknown state "conected" \(did you mean "connected"\?\); expected one of /,
    );
  });

  it('on lists transition and the five lifecycle states', () => {
    expect(() => session.on('conected' as 'connected', () => undefined)).toThrow(
      new TypeError(
        'unknown event "conected" (did you mean "connected"?); expected one of ' +
          'transition, closed, connected, detached, errored, unconnected',
      ),
    );
  });
});
