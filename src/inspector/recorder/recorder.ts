import type { HTTPSessionError } from '../../errors/index.js';
import { checkedSelection } from '../../inspect/session-selection.js';
import type { InspectionTarget, SessionSelection } from '../../inspect/session-inspection.js';
import type { Clock } from '../../transport/index.js';
import type { Recording } from '../model/shapes.js';
import { ChangeRing, type Mark } from './change-ring.js';
import { ClientTap } from './client-tap.js';
import { Incidents } from './incidents.js';
import { Replay, type ClientExit } from './replay.js';
import { RequestTexts, textBytesFor } from './request-texts.js';
import { ServerSeats } from './server-seats.js';
import { SessionTap, type SeatedSession } from './session-tap.js';
import { guarded, Targets } from './targets.js';

/** What a recorder needs. */
export interface RecorderSettings {
  readonly selection: SessionSelection;
  /** How many changes it remembers. */
  readonly last: number;
  readonly hasQueries: boolean;
  readonly clock: Clock;
  /** Called with each error of a recorded session. */
  readonly failed: (error: HTTPSessionError) => void;
}

const MAX_EXITS = 100;

/** Remembers the last changes of sessions and clients, and makes a recording of them. */
export class Recorder {
  readonly #clock: Clock;
  readonly #ring: ChangeRing;
  readonly #texts: RequestTexts;
  readonly #sessions: SessionTap;
  readonly #clients: ClientTap;
  readonly #servers: ServerSeats;
  readonly #incidents: Incidents;
  readonly #targets: Targets;
  readonly #hasQueries: boolean;
  readonly #startedAt: Mark;
  /** The clients that were removed. */
  readonly #exits: ClientExit[] = [];
  #endedAt: Mark | null = null;
  #isClosed = false;

  /** @throws RangeError for a sampling outside 0 to 1; TypeError for what cannot be recorded */
  constructor({ selection, last, hasQueries, clock, failed }: RecorderSettings) {
    const checked = checkedSelection(selection);
    this.#clock = clock;
    this.#hasQueries = hasQueries;
    this.#ring = new ChangeRing(last);
    this.#texts = new RequestTexts(textBytesFor(last), hasQueries);
    this.#servers = new ServerSeats(this.#ring);
    this.#startedAt = this.#ring.mark(clock.wallTime());
    this.#targets = new Targets(this.#targetObserver(), selection.of === undefined);
    const find = (core: SeatedSession['core']): SeatedSession | null => this.#targets.find(core);
    this.#incidents = new Incidents(
      this.#ring,
      (id) => this.#sessions.live.get(id)?.core?.bytesIn,
      hasQueries,
    );
    this.#sessions = new SessionTap(this.#ring, this.#texts, checked, find, {
      failed: (core, error) => {
        this.#incidents.add(core.id, error.code, core.wallTime());
        failed(error);
      },
      faulted: (core, code) => {
        this.#incidents.add(core.id, code, core.wallTime());
      },
    });
    this.#clients = new ClientTap(this.#ring, this.#texts, {
      hasClient: (clientId) => this.#targets.hasClient(clientId),
      connected: (session, id) => {
        guarded(() => {
          this.#sessions.choose(session as SeatedSession, { kind: 'place', id });
        });
      },
    });
    try {
      for (const target of selection.of ?? []) this.add(target);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #targetObserver(): ConstructorParameters<typeof Targets>[0] {
    return {
      found: (session, parent) => {
        this.#sessions.choose(session, parent);
      },
      left: ({ core }) => {
        this.#sessions.leave(core);
      },
      serverAdded: (id, state) => {
        this.#servers.added(id, state, this.#clock.wallTime());
      },
      serverMoved: (id, state) => {
        this.#servers.moved(id, state, this.#clock.wallTime());
      },
      serverLeft: (id, state) => {
        this.#servers.left(id, state, this.#clock.wallTime());
      },
      clientLeft: (clientId) => {
        this.#clientLeft(clientId);
      },
    };
  }

  #clientLeft(clientId?: number): void {
    const at = this.#clock.wallTime();
    this.#exits.push({ mark: this.#ring.mark(at), clientId });
    if (this.#exits.length > MAX_EXITS) this.#exits.shift();
    this.#clients.leave(at, clientId);
  }

  /** How many sessions are recorded now. */
  get size(): number {
    return this.#sessions.live.size;
  }

  /** How many changes are remembered. */
  get length(): number {
    return this.#ring.pushed - this.#ring.oldest;
  }

  /** @throws TypeError for what is not a session, a server or a client */
  add(target: InspectionTarget): void {
    if (!this.#isClosed) this.#targets.add(target);
  }

  remove(target: InspectionTarget): void {
    if (!this.#isClosed) this.#targets.remove(target);
  }

  /** Everything that is remembered, as the page records it. */
  recording(): Recording {
    const replay = new Replay({
      ...{ ring: this.#ring, texts: this.#texts, sessions: this.#sessions, clients: this.#clients },
      ...{ servers: this.#servers, startedAt: this.#startedAt, exits: this.#exits },
      ...{ endedAt: this.#endedAt, incidents: this.#incidents.all },
      hasQueries: this.#hasQueries,
    });
    return replay.recording(this.#clock.wallTime());
  }

  /** Stops recording; what is remembered stays. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sessions.close();
    this.#targets.close();
    this.#incidents.close();
    this.#clientLeft();
    this.#clients.close();
    this.#endedAt = this.#ring.mark(this.#clock.wallTime());
  }
}
