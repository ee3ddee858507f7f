import { createHash } from 'node:crypto';

import { describe, expect, it, jest } from '@jest/globals';
import { createMachine } from 'xstate';

import {
  finiteMachineOf,
  memorySessionDriver,
  PathError,
  serverDriver,
  serverModel,
  sessionModel,
  type Driver,
  type Model,
} from '../../src/testing/index.js';
import { createMemoryPair } from '../../src/transport/index.js';
import { collect } from '../support/testing/collect.js';

/** The session model with one transition that leads elsewhere: its copy of the chart says that FIN means draining. */
function brokenSessionModel(): typeof sessionModel {
  const config = structuredClone(sessionModel.machine.config) as {
    states: { connected: { states: { open: { on: Record<string, unknown> } } } };
  };
  config.states.connected.states.open.on['socket.ended'] = 'draining';
  const machine = createMachine(config as never, sessionModel.machine.implementations as never);
  return { ...sessionModel, machine: finiteMachineOf(machine as never) };
}

const driver = memorySessionDriver();

/** A machine that counts to three, and a system that gets it wrong from the second `up` after a `down` on. */
const counter: Model<'up' | 'down' | 'look'> = {
  name: 'counter',
  machine: createMachine({
    initial: 'zero',
    states: {
      zero: { on: { up: 'one', look: 'zero' } },
      one: { on: { up: 'two', down: 'zero', look: 'one' } },
      two: { on: { down: 'one', look: 'two' } },
    },
  }),
  events: ['up', 'down', 'look'],
  payloads: { up: (random) => ({ by: random.letters(3) }) },
  faults: {},
};

function wrongCounter(): Driver<'up' | 'down' | 'look'> {
  return {
    name: 'the wrong counter',
    parties: ['user', 'counter'],
    start: ({ wire }) => {
      let value = 0;
      let hasBeenDown = false;
      return {
        perform: ({ event, payload }) => {
          wire.bytes('user', `${event} ${JSON.stringify(payload)}\r\n`);
          if (event === 'down') hasBeenDown = true;
          if (event === 'down') value--;
          if (event === 'up') value += hasBeenDown && value === 1 ? 0 : 1;
        },
        see: () => ['zero', 'one', 'two'][value] ?? String(value),
        stop: () => undefined,
      };
    },
  };
}

describe('the text of a failure', () => {
  it('the text of a failure lists the steps, both states, the wire, a diagram and how to run it again', async () => {
    const suite = collect({
      model: brokenSessionModel(),
      driver,
      paths: ['5: socket.attach > socket.ended > session.close'],
    });
    const failure = (await suite.firstFailure()) as PathError;
    expect(failure).toBeInstanceOf(PathError);
    expect(failure).toMatchObject({ step: 1, expected: 'connected.draining', seen: 'connected.halfClosed' });
    expect(failure.message.split('\n')).toEqual([
      'a session over memory does not go where the session model goes',
      'expected: connected.draining',
      'seen:     connected.halfClosed',
      '',
      'steps:',
      '   0. session begins in unconnected.idle',
      '   1. socket.attach -> connected.open',
      '>> 2. socket.ended -> connected.draining',
      '',
      'wire:',
      '  2. peer: FIN',
      '',
      'as a sequence diagram (Mermaid):',
      'sequenceDiagram',
      '  participant a as peer',
      '  participant b as session',
      '  Note over a,b: 1. socket.attach -> connected.open',
      '  Note over a,b: 2. socket.ended -> connected.draining',
      '  a->>b: FIN',
      '  Note over a,b: expected connected.draining, seen connected.halfClosed',
      '',
      "run it again: paths: ['5: socket.attach > socket.ended']",
    ]);
  });

  it('the text of a failure is the same when its path is run again', async () => {
    const model = brokenSessionModel();
    const first = await collect({ model, driver, paths: 'transitions' }).firstFailure();
    const [, path] = /run it again: paths: \['(.*)'\]/.exec(first?.message ?? '') ?? [];
    const again = await collect({ model, driver, paths: [String(path)] }).firstFailure();
    expect(again?.message).toBe(first?.message);
  });

  it('the text of a failure shows escaped bytes, at most a screen of them', async () => {
    const bytes = Buffer.from(createHash('sha512').update('x').digest('hex').repeat(40), 'hex');
    const talkative = serverDriver({
      name: 'the talkative server',
      connect: () => {
        const pair = createMemoryPair();
        pair.server.on('error', () => undefined).resume();
        for (let at = 0; at < 300; at++) pair.server.write(bytes);
        return pair.client;
      },
    });
    const failure = await collect({
      model: serverModel,
      driver: talkative,
      paths: ['1: connect'],
    }).firstFailure();
    expect(failure?.message).toMatch(
      /^seen: {5}message 1 of this connection is malformed: it is not a status line/m,
    );
    expect(failure?.message).toMatch(/^ {2}1\. server: "(\\x[0-9a-f]{2}|[\x20-\x7e])*"… \(\d+ bytes\)$/m);
    expect(failure?.message).toMatch(/^[\n\x20-\x7e…]*$/);
    expect(failure?.message.length).toBeLessThan(8000);
  });

  it('a failure names what was thrown, and keeps it as the cause', async () => {
    const cause = new Error('out of paper');
    const throwing: Driver<'up' | 'down' | 'look'> = {
      ...wrongCounter(),
      start: () => ({
        perform: () => {
          throw cause;
        },
        see: () => 'zero',
        stop: () => undefined,
      }),
    };
    const failure = await collect({ model: counter, driver: throwing, paths: ['1: up'] }).firstFailure();
    expect(failure).toMatchObject({ seen: 'up threw: Error: out of paper', cause });
  });

  it('a failure is reported if the system does not start where the model starts', async () => {
    const late: Driver<'up' | 'down' | 'look'> = {
      ...wrongCounter(),
      start: () => ({ perform: () => undefined, see: () => 'two', stop: () => undefined }),
    };
    const failure = await collect({ model: counter, driver: late, paths: ['1: up'] }).firstFailure();
    expect(failure).toMatchObject({ step: -1, expected: 'zero', seen: 'two' });
    expect(failure?.message).toContain('>> 0. counter begins in zero');
  });
});

describe('a system that does not even start', () => {
  it('a system that does not start fails its path like any other', async () => {
    const cause = new Error('no coin');
    const stuck: Driver<'up' | 'down' | 'look'> = {
      ...wrongCounter(),
      start: () => Promise.reject(cause),
    };
    const failure = await collect({ model: counter, driver: stuck, paths: ['1: up'] }).firstFailure();
    expect(failure).toMatchObject({
      step: -1,
      seen: 'the wrong counter did not start: Error: no coin',
      cause,
    });
  });
});

describe('a journey', () => {
  it('a journey is ended whatever happens on it', async () => {
    let stopped = 0;
    const counting: Driver<'up' | 'down' | 'look'> = {
      ...wrongCounter(),
      start: () => ({
        perform: () => undefined,
        see: (expected) => (expected === 'two' ? 'nowhere' : expected),
        stop: () => {
          stopped++;
        },
      }),
    };
    await collect({
      model: counter,
      driver: counting,
      paths: ['1: up > down', '1: up > up', '1: look'],
    }).firstFailure();
    expect(stopped).toBe(2);
  });
});

describe('a failing random walk', () => {
  const walk = {
    model: counter,
    driver: wrongCounter(),
    paths: 'random',
    seed: 11,
    count: 10,
    maxLength: 60,
  } as const;

  it('a failing random walk is shrunk to the shortest path that fails', async () => {
    const failure = (await collect(walk).firstFailure()) as PathError;
    // Nothing shorter goes down and then twice up.
    expect(failure.path.steps.map(({ event }) => event)).toEqual(['up', 'down', 'up', 'up']);
    expect(failure.message).toMatch(/\(shrunk from a random walk of 60 steps\)$/);
  });

  it('shrinking a failing random walk adds no coverage', async () => {
    const suite = collect({ ...walk, count: 1 });
    const failure = await suite.firstFailure();
    expect(failure).not.toBeNull();
    const [path] = suite.paths;
    const taken = suite.coverage.graph.edges.reduce((sum, edge) => sum + suite.coverage.timesTaken(edge), 0);
    expect(taken).toBeLessThan(path?.steps.length ?? 0);
  });

  it('a failing random walk is not shrunk, with a note, if fast-check is not installed', async () => {
    jest.resetModules();
    jest.unstable_mockModule('fast-check', () => {
      throw new Error('Cannot find package');
    });
    const fresh = await import('../../src/testing/index.js');
    const runs: (() => Promise<void>)[] = [];
    fresh.testModel({ ...walk, count: 1, it: (_name, run) => runs.push(run) });
    await expect(runs[0]?.()).rejects.toThrow(/\n\n\(install fast-check, and failing random walks are made/);
  });
});
