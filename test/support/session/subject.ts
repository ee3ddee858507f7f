import { createActor } from 'xstate';

import { HTTPServerSession, type HTTPSessionOptions } from '../../../src/session/index.js';
import {
  createMemoryPair,
  deadlinesOf,
  VirtualClock,
  type MemoryPair,
  type MemoryPairOptions,
  type MemorySocket,
} from '../../../src/transport/index.js';
import { HTTPSessionError } from '../../../src/errors/index.js';
import { settled } from '../transport/sockets.js';

/** What runs the chart of a session: the option that selects it. */
export interface Engine {
  readonly name: string;
  readonly options: HTTPSessionOptions;
}

export const INTERNED: Engine = { name: 'interned engine', options: {} };
export const STOCK: Engine = {
  name: 'stock interpreter',
  options: { engine: (machine) => createActor(machine).start() },
};
export const ENGINES: readonly Engine[] = [INTERNED, STOCK];

/** Nothing listens there: a connection to it fails, but never before the present call stack has ended. */
export const NOWHERE = { path: '/nonexistent/http-session-machine.sock' } as const;

/** The states of the chart, and how a session gets there by its own means and its peer's. */
export const WAYS: Readonly<Record<string, (subject: Subject) => void | Promise<void>>> = {
  'unconnected.idle': () => undefined,
  'unconnected.connecting': ({ session }) => {
    session.connect(NOWHERE).catch(() => undefined);
  },
  'connected.open': (subject) => {
    subject.attach();
  },
  'connected.halfClosed': async (subject) => {
    subject.attach();
    subject.peer.end();
    await settled();
  },
  'connected.draining': (subject) => {
    subject.attach();
    subject.session.core.notify({ type: 'session.drain' });
  },
  'connected.lingering': (subject) => {
    subject.attach();
    subject.session.core.linger();
  },
  detached: (subject) => {
    subject.attach();
    subject.session.detachSocket();
  },
  'errored.recoverable.open': (subject) => errored(subject, 'connected.open'),
  'errored.recoverable.halfClosed': (subject) => errored(subject, 'connected.halfClosed'),
  'errored.recoverable.draining': (subject) => errored(subject, 'connected.draining'),
  'errored.recoverable.lingering': (subject) => errored(subject, 'connected.lingering'),
  'errored.fatal': async (subject) => {
    subject.attach();
    subject.peer.reset();
    await settled();
  },
  closed: (subject) => {
    subject.attach();
    subject.session.close();
  },
};

async function errored(subject: Subject, state: string): Promise<void> {
  await WAYS[state]?.(subject);
  subject.session.setException(new HTTPSessionError('stored by the test'));
}

/** A connection in memory whose far end does not mind being reset. */
export function quietPair(options: MemoryPairOptions = {}): MemoryPair {
  const pair = createMemoryPair(options);
  pair.client.on('error', () => undefined);
  return pair;
}

/** A session over memory, with the far end of its connection and the clock that it lives by. */
export class Subject {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly session: HTTPServerSession;
  /** The socket that was attached last. */
  near!: MemorySocket;
  /** The far end of it. */
  peer!: MemorySocket;

  constructor(options: HTTPSessionOptions = {}) {
    this.session = new HTTPServerSession(null, { clock: this.clock, ...options });
  }

  /** A subject in a state of the chart. */
  static async in(state: string, options: HTTPSessionOptions = {}): Promise<Subject> {
    const subject = new Subject(options);
    await WAYS[state]?.(subject);
    if (subject.session.state !== state) throw new Error(`led to ${subject.session.state}, not to ${state}`);
    return subject;
  }

  /** A connected subject whose peer has sent text already. */
  static async receiving(text: string, options: HTTPSessionOptions = {}): Promise<Subject> {
    const subject = await Subject.in('connected.open', options);
    await subject.send(text);
    return subject;
  }

  /** Attaches one end of a new connection; `highWaterMark` is how many bytes each side holds. */
  attach(head?: Uint8Array, highWaterMark?: number): this {
    const pair = quietPair({ clock: this.clock, ...(highWaterMark === undefined ? {} : { highWaterMark }) });
    this.near = pair.server;
    this.peer = pair.client;
    this.session.attachSocket(pair.server, head);
    return this;
  }

  /** Lets the peer send text, and the text arrive. */
  async send(text: string): Promise<void> {
    this.peer.write(text, 'latin1');
    await settled();
  }

  /** Everything that the peer can read at present, as latin1 text. */
  received(): string {
    return (this.peer.read() as Buffer | null)?.toString('latin1') ?? '';
  }

  get armedDeadlines(): number {
    return deadlinesOf(this.clock).armedCount;
  }
}

/** Reads as text, so that results compare at a glance. */
export async function text(bytes: Promise<Buffer>): Promise<string> {
  return (await bytes).toString('latin1');
}

export { isPending, rejection } from '../transport/promises.js';
