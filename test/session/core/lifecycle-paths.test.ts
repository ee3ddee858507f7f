import { once } from 'node:events';
import net from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { getShortestPaths } from 'xstate/graph';
import { initialTransition, transition, type AnyMachineSnapshot } from 'xstate';

import { sessionMachine, type SessionEvent } from '../../../machines/index.js';
import { dotted } from '../../../src/chart/index.js';
import { HTTPSessionError } from '../../../src/errors/index.js';
import { TIMEOUTS } from '../../../src/constants.js';
import { settled } from '../../support/transport/sockets.js';
import { INTERNED, NOWHERE, STOCK, Subject, type Engine } from '../../support/session/subject.js';

/*
 * Paths are generated from the chart and walked by a real session: each event is what causes it in real life.
 */

type EventType = SessionEvent['type'];

const EVENTS = [
  'session.connect',
  'socket.attach',
  'socket.detach',
  'exception.set',
  'exception.clear',
  'session.drain',
  'session.linger',
  'session.close',
  'session.abort',
  'socket.ended',
  'socket.closed',
  'socket.failed',
  'deadline.expired',
  'xstate.done.actor.connector',
  'xstate.error.actor.connector',
] as const satisfies readonly EventType[];

/** So little that a few bytes are enough to make a send wait. */
const NARROW = 8;

class Walker extends Subject {
  #connecting: Promise<void> = Promise.resolve();

  /** Brings about an event; `next` is what will follow, because a connector has to be told where to connect to. */
  async walk(event: EventType, next: EventType | undefined): Promise<void> {
    const { session } = this;
    switch (event) {
      case 'session.connect':
        this.#connecting = session.connect(next === 'xstate.done.actor.connector' ? harbour() : NOWHERE);
        this.#connecting.catch(() => undefined);
        return;
      case 'xstate.done.actor.connector':
      case 'xstate.error.actor.connector':
        return this.#connecting.catch(() => undefined);
      case 'socket.attach':
        this.attach(undefined, NARROW);
        break;
      case 'socket.detach':
        session.detachSocket().socket.destroy();
        break;
      case 'exception.set':
        session.setException(new HTTPSessionError('set on the way'));
        break;
      case 'exception.clear':
        // At once, because a connector must not get the time to end.
        session.clearException();
        return;
      case 'session.drain':
        session.core.notify({ type: event });
        break;
      case 'session.linger':
        session.core.linger();
        break;
      case 'session.close':
        session.close();
        break;
      case 'session.abort':
        session.abort();
        break;
      case 'socket.ended':
        this.peer.end();
        break;
      case 'socket.closed':
        this.near.destroy();
        break;
      case 'socket.failed':
        this.peer.reset();
        break;
      case 'deadline.expired':
        if (!session.core.is('writable')) return this.clock.advance(TIMEOUTS.lingerTimeout.value + 20);
        this.near.stall();
        session.write('more than the socket takes').catch(() => undefined);
        await this.clock.advance(TIMEOUTS.sendTimeout.value + 20);
        this.near.unstall();
        break;
      default:
        throw new Error(`no idea how to bring about ${event}`);
    }
    await settled();
  }
}

let server: net.Server;

const harbour = (): string => `127.0.0.1:${String((server.address() as net.AddressInfo).port)}`;

beforeAll(async () => {
  server = net.createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server.close();
  await once(server, 'close');
});

/** Every transition of the chart, at the end of a shortest way to where it begins. */
function everyTransition(): (readonly [path: string, events: readonly EventType[]])[] {
  const events = EVENTS.map((type) => ({ type }) as SessionEvent);
  return getShortestPaths(sessionMachine, { events }).flatMap(({ state, steps }) => {
    const way = steps.map(({ event }) => event.type).filter((type) => EVENTS.includes(type as never));
    return EVENTS.filter((type) => state.can({ type } as SessionEvent)).map((type) => {
      const path = [...way, type];
      return [path.join(', '), path] as const;
    });
  });
}

const isPossible = (events: readonly EventType[]): boolean =>
  // What a peer does on a socket of the kernel is told elsewhere, and so is a connection that takes its time.
  !events.some((event, at) => event === 'xstate.done.actor.connector' && at < events.length - 1) &&
  !events.some((event, at) => event === 'deadline.expired' && events[at - 1] === 'session.connect');

async function expectSameWay(engine: Engine, events: readonly EventType[]): Promise<void> {
  const walker = new Walker(engine.options);
  let [chart] = initialTransition(sessionMachine) as readonly [AnyMachineSnapshot, unknown];
  for (const [at, event] of events.entries()) {
    [chart] = transition(sessionMachine, chart as never, { type: event } as never);
    await walker.walk(event, events[at + 1]);
    expect([event, walker.session.state]).toEqual([event, dotted(chart.value)]);
  }
  walker.session.dispose();
  await settled();
  expect(walker.armedDeadlines).toBe(0);
}

describe.each([INTERNED, STOCK])('a real session under the $name walks where the chart leads', (engine) => {
  const ways = everyTransition().filter(([, events]) => isPossible(events));

  it('the paths of a real session cover the chart', () => {
    expect(ways.length).toBeGreaterThan(100);
  });

  it.each(ways)('a real session follows the path %s', (_, events) => expectSameWay(engine, events));
});

describe('a real session walks where the chart leads on random ways', () => {
  /** Any way that is legal, ten events long at the most; a connector never gets the time to end. */
  const anyWay = fc.array(fc.nat(), { maxLength: 10 }).map((choices) => {
    let [chart] = initialTransition(sessionMachine) as readonly [AnyMachineSnapshot, unknown];
    return choices.map((choice) => {
      const isConnecting = chart.matches('unconnected.connecting');
      const legal = EVENTS.filter(
        (type) =>
          chart.can({ type }) &&
          !type.startsWith('xstate.') &&
          !(isConnecting && type === 'deadline.expired'),
      );
      const type = legal[choice % legal.length] as EventType;
      [chart] = transition(sessionMachine, chart as never, { type } as never);
      return type;
    });
  });

  it('a real session follows the chart on random paths, whatever happens', () =>
    fc.assert(
      fc.asyncProperty(anyWay, (events) => expectSameWay(INTERNED, events)),
      { numRuns: 100 },
    ));
});
