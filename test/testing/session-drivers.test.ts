import { describe, expect, it } from '@jest/globals';
import { createActor } from 'xstate';

import { HTTPServerSession, type HTTPServerSessionOptions } from '../../src/session/index.js';
import { memorySessionDriver, sessionModel, testModel, type CreateSession } from '../../src/testing/index.js';
import { collect } from '../support/testing/collect.js';

/** The first thing that is wrong with a session of one's own, found on generated paths. */
async function foundIn(createSession: CreateSession): Promise<string> {
  const driver = memorySessionDriver({ createSession });
  const failure = await collect({ model: sessionModel, driver, paths: 'transitions' }).firstFailure();
  return /^seen: +(.*)$/m.exec(failure?.message ?? '')?.[1] ?? '';
}

function made(
  Session: new (socket: null, options: HTTPServerSessionOptions) => HTTPServerSession,
): CreateSession {
  return (options) => new Session(null, options);
}

describe("a session under XState's stock interpreter", () => {
  const driver = memorySessionDriver({
    createSession: (options) =>
      new HTTPServerSession(null, { ...options, engine: (machine) => createActor(machine).start() }),
  });
  const { coverage } = testModel({ model: sessionModel, driver, it });

  it('and that is every transition', () => {
    expect(coverage.toJSON().transitions).toMatchObject({ total: 131, missing: [] });
  });
});

describe("a session of one's own class", () => {
  it('a session class of your own passes if it follows the chart', async () => {
    expect(await foundIn(made(class extends HTTPServerSession {}))).toBe('');
  });

  it('a session class is caught when it resets where it should close in order', async () => {
    class Brutal extends HTTPServerSession {
      override close(): void {
        this.abort();
      }
    }
    expect(await foundIn(made(Brutal))).toMatch(/^closed, (brought about by session\.abort|but the far end)/);
  });

  it('a session class is caught when it swallows an exception', async () => {
    class Placid extends HTTPServerSession {
      override setException(): void {
        // Nothing is worth a quarrel.
      }
    }
    expect(await foundIn(made(Placid))).not.toBe('');
  });

  it('a session class is caught when it loses the bytes that came with a socket', async () => {
    class Forgetful extends HTTPServerSession {
      override attachSocket(socket: Parameters<HTTPServerSession['attachSocket']>[0]): void {
        super.attachSocket(socket);
      }
    }
    expect(await foundIn(made(Forgetful))).toMatch(/^connected\.open, but 0 bytes are buffered, not \d$/);
  });

  it('a session class is caught when it reports connected while it is not', async () => {
    class Boastful extends HTTPServerSession {
      override connected(): boolean {
        return true;
      }
    }
    expect(await foundIn(made(Boastful))).toBe('unconnected.idle, but connected() is true');
  });
});
