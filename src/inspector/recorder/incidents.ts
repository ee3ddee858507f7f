import { watchRefusals, type RefusedRequest } from '../../diagnostics.js';
import type { ChangeRing, Mark } from './change-ring.js';
import { withoutQuery } from '../model/without-queries.js';
import { peerOf } from '../page-server/model-sink.js';

/** An error, a fault or a refused request: no change of a chart, and rare. */
export interface Incident {
  readonly mark: Mark;
  /** The number of the session; 0 for a connection that ended before it was one. */
  readonly session: number;
  readonly code: string;
  /** The request that a server refused by itself; `null` for errors and faults. */
  readonly refused: Refused | null;
}

/** A refused request, as far as it came. */
export interface Refused {
  readonly method: string;
  readonly target: string;
  readonly status: number;
  /** Where it came from. */
  readonly peer: string;
  /** Of its whole connection, up to then. */
  readonly bytesIn: number;
}

const MAX_INCIDENTS = 1_000;

/** As much as is kept of a target anywhere. */
const MAX_TARGET = 256;

/** The last incidents. */
export class Incidents {
  readonly #ring: ChangeRing;
  readonly #kept: Incident[] = [];
  readonly #unwatch: () => void;

  /** @param bytesInOf - what a recorded session has received; `undefined` for one that is not recorded */
  constructor(ring: ChangeRing, bytesInOf: (session: number) => number | undefined, hasQueries: boolean) {
    this.#ring = ring;
    this.#unwatch = watchRefusals(
      ({ sessionId, method, target, status, error, address, at }: RefusedRequest) => {
        const bytesIn = sessionId === 0 ? 0 : bytesInOf(sessionId);
        if (bytesIn === undefined) return;
        const cut = target.slice(0, MAX_TARGET);
        const shown = hasQueries ? cut : withoutQuery(cut);
        this.add(sessionId, error.code, at, {
          method,
          target: shown,
          status,
          peer: peerOf(address),
          bytesIn,
        });
      },
    );
  }

  get all(): readonly Incident[] {
    return this.#kept;
  }

  add(session: number, code: string, at: number, refused: Refused | null = null): void {
    this.#kept.push({ mark: this.#ring.mark(at), session, code, refused });
    if (this.#kept.length > MAX_INCIDENTS) this.#kept.shift();
  }

  close(): void {
    this.#unwatch();
  }
}
