import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMachine } from 'xstate';

import { ERROR_CHANNEL, type ErrorMessage } from '../../src/diagnostics.js';
import type { HTTPServerSession } from '../../src/session/index.js';
import { VirtualClock } from '../../src/transport/index.js';
import {
  ModelGraph,
  pathsOf,
  pathText,
  serverDriver,
  serverModel,
  type Driver,
  type Model,
  type ServerModelEvent,
  type Step,
} from '../../src/testing/index.js';
import { collect } from '../support/testing/collect.js';
import { inMemory, ownServer } from '../support/testing/servers.js';

/*
 * Every fault in every state of a server's connection: which error the session makes of it, in which state, and which request
 * it says was struck. What a server has no error for is an end in good order.
 */

type Event = ServerModelEvent | 'local.abort';

/** The server model, with a server that aborts. */
function abortableModel(): Model<Event> {
  const config = structuredClone(serverModel.machine.config) as {
    states: { connected: { on: Record<string, string> } };
  };
  config.states.connected.on['local.abort'] = 'closed';
  return {
    ...serverModel,
    machine: createMachine(config as never),
    events: [...serverModel.events, 'local.abort'],
    faults: { ...serverModel.faults, 'local abort': ['local.abort'] },
  };
}

/** What is expected of a cell: the end of the error's code (or some, as it depends on the bytes), what ended it, the state, and whether a request is struck. */
type Cell = readonly [code: string, endedBy: string, state: string, isRequestStruck: boolean] | null;

const IN_GOOD_ORDER = null;
const OPEN = 'connected.open';

const idle: Readonly<Record<string, Cell>> = {
  fin: IN_GOOD_ORDER,
  reset: ['RESET', 'rst', OPEN, false],
  garbage: ['BAD_METHOD|BAD_TARGET|BAD_VERSION', 'parse', OPEN, false],
  'bad.host': ['BAD_HOST', 'parse', OPEN, false],
  'bad.length': ['BAD_CONTENT_LENGTH', 'parse', OPEN, false],
  'bad.framing': ['BAD_TRANSFER_ENCODING', 'parse', OPEN, false],
  'wait.idle': IN_GOOD_ORDER,
  'local.abort': ['ABORTED', 'local', OPEN, false],
};

const body: Readonly<Record<string, Cell>> = {
  fin: ['INCOMPLETE_MESSAGE', 'fin', 'connected.halfClosed', true],
  reset: ['RESET', 'rst', OPEN, true],
  'wait.body': ['TIMEOUT', 'timeout', OPEN, true],
  'local.abort': ['ABORTED', 'local', OPEN, true],
};

const TABLE: Readonly<Record<string, Readonly<Record<string, Cell>>>> = {
  'connected.fresh': idle,
  'connected.reused': idle,
  'connected.head': {
    fin: ['INCOMPLETE_MESSAGE', 'fin', 'connected.halfClosed', false],
    reset: ['RESET', 'rst', OPEN, false],
    garbage: ['BAD_FIELD', 'parse', OPEN, false],
    'wait.head': ['TIMEOUT', 'timeout', OPEN, false],
    'local.abort': ['ABORTED', 'local', OPEN, false],
  },
  'connected.lengthBody': body,
  'connected.chunkedBody': { ...body, garbage: ['BAD_CHUNK', 'parse', OPEN, true] },
  'connected.continued': body,
};

/** Our server, which tells the errors of each step. */
class Witness {
  readonly #clock = new VirtualClock();
  readonly #server = ownServer(this.#clock);
  #session: HTTPServerSession | null = null;
  errors: ErrorMessage['error'][] = [];
  readonly seen: {
    readonly step: Step;
    readonly begun: Step | null;
    readonly errors: ErrorMessage['error'][];
  }[] = [];

  readonly hear = (message: unknown): void => {
    const { error, sessionId } = message as ErrorMessage;
    if (sessionId === this.#session?.id) this.errors.push(error);
  };

  driver(): Driver<Event> {
    const later = (): Promise<void> => this.#clock.advance(70_000);
    const inner = serverDriver({
      connect: inMemory((socket) => (this.#session = this.#server.serve(socket))),
      echo: '/',
      timeouts: { idle: later, head: later, body: later },
    });
    return {
      ...inner,
      events: [...(inner.events ?? []), 'local.abort'],
      start: async (journey) => {
        const system = await inner.start(journey as never);
        let present: Step | null = null;
        let begun: Step | null = null;
        return {
          perform: (step) => {
            this.errors = [];
            present = step;
            if (/^body\.(length|chunked|expect)$/.test(step.event)) begun = step;
            if (step.event === 'local.abort') this.#session?.abort();
            else return system.perform(step as never);
          },
          see: async (expected) => {
            const seen = await system.see(expected);
            if (present !== null) this.seen.push({ step: present, begun, errors: this.errors });
            return seen;
          },
          stop: () => system.stop(),
        };
      },
    };
  }
}

const model = abortableModel();
const driver = new Witness();

beforeAll(() => {
  subscribe(ERROR_CHANNEL, driver.hear);
});

afterAll(() => {
  unsubscribe(ERROR_CHANNEL, driver.hear);
});

describe('a fault on a connection of a server', () => {
  const cells = Object.entries(TABLE).flatMap(([state, row]) =>
    Object.entries(row).map(([event, cell]) => [state, event, cell] as const),
  );
  const driven = driver.driver();
  const graph = ModelGraph.of(model, driven.events);

  it('a server fault is expected in every state that it can come in', () => {
    const faults = Object.values(model.faults).flat();
    const all = graph.edges
      .filter(({ event }) => faults.includes(event))
      .map(({ from, event }) => `${from} ${event}`);
    expect(cells.map(([state, event]) => `${state} ${event}`).sort()).toEqual(all.sort());
  });

  it('a server fault leads where the model says', async () => {
    const paths = pathsOf(graph, 'pairs').map(pathText);
    expect(await collect({ model, driver: driven, paths }).firstFailure()).toBeNull();
  });

  it.each(cells)('a server fault in %s: %s', (state, event, cell) => {
    const met = driver.seen.filter(({ step }) => step.from === state && step.event === event);
    expect(met.length).toBeGreaterThan(0);
    for (const { begun, errors } of met) {
      const codes = errors.map(({ code }) => code.replace('ERR_HTTP_SESSION_', ''));
      if (cell === null) {
        expect(codes).toEqual([]);
        continue;
      }
      const [code, endedBy, struckState, isRequestStruck] = cell;
      expect(codes).not.toEqual([]);
      expect(codes.filter((one) => !code.split('|').includes(one))).toEqual([]);
      for (const { testimony } of errors) {
        expect(testimony).toMatchObject({ endedBy, state: struckState });
        // Which one it was is told by what it asked for: no two ask for the same.
        const target = String(testimony?.request?.target ?? null);
        expect(target).toBe(isRequestStruck ? `/?q=${String(begun?.payload['query'])}` : 'null');
      }
    }
  });
});
