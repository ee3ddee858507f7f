import { NetworkError, TimeoutError } from '../../../errors/index.js';
import { Connector } from '../../../session/core/connector.js';
import type { SessionCore } from '../../../session/core/session-core.js';
import type { HTTPServerSession } from '../../../session/index.js';
import { testify } from '../../../session/core/testify.js';
import {
  createMemoryPair,
  Transport,
  type Clock,
  type ClockTimer,
  type MemoryPair,
  type MemorySocket,
} from '../../../transport/index.js';
import type { Journey } from '../driver.js';
import { PATIENCE_IN_MEMORY, settled } from '../patience.js';
import { FarEnd } from './far-end.js';
import type { CreateSession, ReadyPair, SessionLine, SessionLines } from './session-line.js';

/** So little that a few bytes are enough to make a send wait. */
const NARROW = 8;

/** A connector whose outcome is told to it; only its deadline is its own. */
class ToldConnector extends Connector {
  #timer: ClockTimer | null = null;
  #clock: Clock | null = null;
  readonly #timeout: number;

  constructor(timeout: number) {
    super({ path: '' }, {}, timeout);
    this.#timeout = timeout;
  }

  override start(core: SessionCore): void {
    this.#clock = core.clock;
    this.#timer = core.clock.setTimeout(() => {
      const exception = testify(core, new TimeoutError('connect', this.#timeout), 'timeout');
      core.notify({ type: 'deadline.expired', timer: 'connect', exception });
    }, this.#timeout);
  }

  override stop(): void {
    if (this.#timer !== null) this.#clock?.clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** Connections in memory: nothing happens that a step did not bring about. */
class MemorySessionLine implements SessionLine {
  readonly needsWriteToNoticeReset = false;
  readonly tellsAborts = true;
  readonly patience = PATIENCE_IN_MEMORY;
  readonly createSession: CreateSession;
  readonly #journey: Journey;

  constructor(createSession: CreateSession, journey: Journey) {
    this.createSession = createSession;
    this.#journey = journey;
  }

  takePair(): ReadyPair {
    const pair = createMemoryPair({ highWaterMark: NARROW });
    return { near: pair.server, far: this.#farEndOf(pair) };
  }

  connect(session: HTTPServerSession): void {
    session.core.permit('connect()', 'session.connect');
    session.core.connector = new ToldConnector(session.getConnectTimeout());
    session.core.notify({ type: 'session.connect' });
  }

  connected(session: HTTPServerSession): FarEnd {
    const pair = createMemoryPair({ highWaterMark: NARROW });
    session.core.notify({ type: 'xstate.done.actor.connector', output: new Transport(pair.server) });
    return this.#farEndOf(pair);
  }

  refused(session: HTTPServerSession): void {
    session.core.notify({
      type: 'xstate.error.actor.connector',
      error: new NetworkError('refused by the test'),
    });
  }

  async overfill(session: HTTPServerSession): Promise<void> {
    const near = session.socket() as MemorySocket;
    near.stall();
    session.write('more than the socket takes').catch(() => undefined);
    await settled();
  }

  release(session: HTTPServerSession): void {
    (session.socket() as MemorySocket | null)?.unstall();
  }

  stop(): void {
    // Memory needs no closing.
  }

  #farEndOf({ client }: MemoryPair): FarEnd {
    return new FarEnd(client, () => client.reset(), this.#journey.wire);
  }
}

/** Lines in memory; they share nothing. */
export function memoryLines(createSession: CreateSession): SessionLines {
  return {
    open: (journey) => new MemorySessionLine(createSession, journey),
    close: () => Promise.resolve(),
  };
}
