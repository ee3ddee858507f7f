import type { ChartTally } from './chart-tally.js';
import type { Definitions } from './definitions.js';
import type { SessionRole } from './traffic-shapes.js';

/** A chart of this package: its machine, and what its tags say of a state. */
export interface KnownChart {
  readonly config: object;
  isTagged(state: string, tag: string): boolean;
}

/** The charts that connections, requests and calls are counted by. */
export interface KnownChartsOptions {
  readonly session: KnownChart;
  readonly exchange: KnownChart;
  readonly call: KnownChart;
}

type Role = keyof KnownChartsOptions;

/** How it is at one moment, as the tags of the charts of this package say it. */
export interface Gauges {
  /** Sessions with a socket. */
  readonly connections: number;
  /** Of these, those with a request in progress. */
  readonly busy: number;
  /** Of these, those whose request is complete and not answered. */
  readonly waiting: number;
  /** Calls that no connection has taken; `null` if there was never a call, and for servers. */
  readonly queued: number | null;
}

/**
 * Which of the reported machines are the charts of this package. A program that reports the same machine has the same
 * states, whatever process it is; of other machines the tags are not known, and nothing is counted by their names.
 */
export class KnownCharts {
  readonly #charts: KnownChartsOptions | null;
  readonly #definitions: Definitions;
  readonly #roles = new Map<string, Role | null>();
  #texts: readonly (readonly [Role, string])[] | null = null;

  constructor(charts: KnownChartsOptions | null, definitions: Definitions) {
    this.#charts = charts;
    this.#definitions = definitions;
  }

  /** Which of the charts the definition with that key is. */
  roleOf(key: string): Role | null {
    let role = this.#roles.get(key);
    if (role === undefined) this.#roles.set(key, (role = this.#found(key)));
    return role;
  }

  #found(key: string): Role | null {
    const charts = this.#charts;
    if (charts === null) return null;
    this.#texts ??= ROLES.map((role) => [role, JSON.stringify(charts[role].config)]);
    const text = JSON.stringify(this.#definitions.get(key)?.config ?? null);
    return this.#texts.find(([, known]) => known === text)?.[0] ?? null;
  }

  /** Whether an exchange in that state has a request that is not answered whole. */
  isResponding(state: string): boolean {
    return this.#charts?.exchange.isTagged(state, 'responding') === true;
  }

  gauges(tallies: ReadonlyMap<string, ChartTally>, of: SessionRole): Gauges {
    const { session, exchange, call } = this.#charts ?? {};
    let [connections, busy, waiting] = [0, 0, 0];
    let queued: number | null = null;
    for (const [key, tally] of tallies) {
      const role = this.roleOf(key);
      const states = [...tally.states(role === 'call' ? undefined : of)];
      if (role === 'session') connections += counted(states, (state) => is(session, state, 'attached'));
      if (role === 'call' && of === 'client') {
        queued = (queued ?? 0) + counted(states, (state) => is(call, state, 'waiting'));
      }
      if (role !== 'exchange') continue;
      busy += counted(states, (state) => {
        return is(exchange, state, 'responding') || is(exchange, state, 'requesting');
      });
      waiting += counted(states, (state) => {
        return is(exchange, state, 'unanswered') && !is(exchange, state, 'requesting');
      });
    }
    return { connections, busy, waiting, queued };
  }
}

const ROLES: readonly Role[] = ['session', 'exchange', 'call'];

function is(chart: KnownChart | undefined, state: string, tag: string): boolean {
  return chart?.isTagged(state, tag) === true;
}

function counted(
  states: readonly (readonly [state: string, count: number])[],
  isCounted: (state: string) => boolean,
): number {
  let sum = 0;
  for (const [state, count] of states) if (isCounted(state)) sum += count;
  return sum;
}
