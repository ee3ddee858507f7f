import { HTTPServerSession, type HTTPServerSessionOptions } from '../../../src/session/index.js';
import { createMemoryPair, deadlinesOf, VirtualClock } from '../../../src/transport/index.js';
import { FarEnd } from './far-end.js';

/** A connection whose session belongs to no server, over memory and in virtual time; the far end is a raw client. */
export class Alone extends FarEnd {
  readonly clock: VirtualClock;
  readonly session: HTTPServerSession;

  constructor(options: HTTPServerSessionOptions = {}) {
    const clock = new VirtualClock(1_700_000_000_000);
    const pair = createMemoryPair({ clock });
    super(pair.client);
    this.clock = clock;
    this.session = new HTTPServerSession(pair.server, { clock, ...options });
  }

  get armedDeadlines(): number {
    return deadlinesOf(this.clock).armedCount;
  }
}
