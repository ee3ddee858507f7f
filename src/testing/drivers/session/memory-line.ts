import { NetworkError, TimeoutError } from '../../../errors/index.js';
import { Connector } from '../../../session/core/connector.js';
import type { SessionCore } from '../../../session/core/session-core.js';
import { testify } from '../../../session/core/testify.js';
import type { HTTPServerSession } from '../../../session/index.js';
import {
  createMemoryPair,
  Deadline,
  deadlinesOf,
  Transport,
  type MemorySocket,
} from '../../../transport/index.js';
import type { Journey } from '../driver.js';
import { PATIENCE_IN_MEMORY, settled } from '../patience.js';
import { FarEnd, type CreateSession, type ReadyPair, type SessionLine } from './line.js';

/** So little that a few bytes are enough to make a send wait. */
const NARROW = 8;

/** A connector whose end the driver decides; only the deadline is its own. */
class ToldConnector extends Connector {
  readonly #timeout: number;
  #deadline: Deadline<SessionCore> | null = null;

  constructor(timeout: number) {
    super({ path: '' }, {}, timeout);
    this.#timeout = timeout;
  }

  override start(core: SessionCore): void {
    this.#deadline = new Deadline(deadlinesOf(core.clock), core, () => {
      const exception = testify(core, new TimeoutError('connect', this.#timeout), 'timeout');
      core.notify({ type: 'deadline.expired', timer: 'connect', exception });
    });
    this.#deadline.arm(this.#timeout);
  }

  override stop(): void {
    this.#deadline?.disarm();
  }
}

/** Connections in memory: nothing happens that a step did not bring about. */
export class MemorySessionLine implements SessionLine {
  readonly needsWriteToNoticeReset = false;
  readonly patience = PATIENCE_IN_MEMORY;
  readonly createSession: CreateSession;
  readonly #journey: Journey;

  constructor(createSession: CreateSession, journey: Journey) {
    this.createSession = createSession;
    this.#journey = journey;
  }

  takePair(): ReadyPair {
    const { client, server } = createMemoryPair({ highWaterMark: NARROW });
    return { near: server, far: new FarEnd(client, () => client.reset(), this.#journey.wire) };
  }

  connect(session: HTTPServerSession): void {
    const { core } = session;
    core.permit('connect()', 'session.connect');
    core.connector = new ToldConnector(session.getConnectTimeout());
    core.notify({ type: 'session.connect' });
  }

  connected({ core }: HTTPServerSession): FarEnd {
    const { near, far } = this.takePair();
    core.notify({ type: 'xstate.done.actor.connector', output: new Transport(near) });
    return far;
  }

  refused({ core }: HTTPServerSession): void {
    const error = new NetworkError('refused by the test');
    core.notify({ type: 'xstate.error.actor.connector', error });
  }

  async overfill(session: HTTPServerSession): Promise<void> {
    (session.socket() as MemorySocket).stall();
    session.write('more than the socket takes').catch(() => undefined);
    await settled();
  }

  release(session: HTTPServerSession): void {
    (session.socket() as MemorySocket | null)?.unstall();
  }

  tellsAborts(): boolean {
    return true;
  }

  stop(): void {
    // Memory needs no closing.
  }
}
