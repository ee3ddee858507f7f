import { CALL_TABLE } from '../../../machines/client/call.table.js';
import type { CallEvent, CallTag } from '../../../machines/client/call.events.js';
import { ORIGIN_TABLE } from '../../../machines/client/origin.table.js';
import type { OriginEvent, OriginTag } from '../../../machines/client/origin.events.js';
import { PLACE_TABLE } from '../../../machines/client/place.table.js';
import type { PlaceEvent, PlaceTag } from '../../../machines/client/place.events.js';
import { Chart } from '../../../src/chart/index.js';
import { FATE, NONE, emptySeat, type CallState, type PoolState, type SeatState } from './pool-state.js';
import type { PoolProperty } from './properties.js';
import type { PoolBounds, PoolRules } from './rules.js';

/** The charts of a pool. */
export interface PoolCharts {
  readonly origin: Chart<string>;
  readonly place: Chart<string>;
  readonly call: Chart<string>;
}

/** The charts as the package has them. */
export function poolCharts(): PoolCharts {
  return { origin: new Chart(ORIGIN_TABLE), place: new Chart(PLACE_TABLE), call: new Chart(CALL_TABLE) };
}

/** What an exploration has the same in all states. */
export interface PoolSetting {
  readonly charts: PoolCharts;
  readonly bounds: PoolBounds;
  readonly rules: PoolRules;
}

/** The pool before its first call. */
export function quietState({ charts, bounds }: PoolSetting): PoolState {
  return {
    origin: charts.origin.initial,
    calls: Array.from({ length: bounds.calls }, () => ({
      node: charts.call.initial,
      fate: FATE.unasked,
      waits: false,
      place: NONE,
    })),
    seats: Array.from({ length: bounds.places }, emptySeat),
    taken: 0,
    ending: 0,
    hasFailed: false,
    faults: 0,
  };
}

/** A state in which a move is made. */
export class PoolRun {
  readonly setting: PoolSetting;
  readonly state: PoolState;
  /** The first property that was broken. */
  broken: PoolProperty | null = null;

  constructor(setting: PoolSetting, state: PoolState) {
    this.setting = setting;
    this.state = state;
  }

  get rules(): PoolRules {
    return this.setting.rules;
  }

  breaks(property: PoolProperty): void {
    this.broken ??= property;
  }

  // ---- calls -------------------------------------------------------------------------------------------------------

  /** A call. A product that is broken may ask for one that is not there. */
  callAt(index: number): CallState {
    const call = this.state.calls[index];
    if (call !== undefined) return call;
    this.breaks('one exchange');
    return { node: this.setting.charts.call.initial, fate: FATE.pending, waits: false, place: NONE };
  }

  sendCall(index: number, type: CallEvent['type']): void {
    const { call: chart } = this.setting.charts;
    const call = this.callAt(index);
    call.node = chart.edge(call.node, chart.indexOf(type))?.target ?? call.node;
  }

  isCall(index: number, tag: CallTag): boolean {
    return this.callAt(index).node.tags.has(tag);
  }

  settle(index: number, fate: number): void {
    const call = this.callAt(index);
    if (call.fate !== FATE.pending) this.breaks('settles');
    call.fate = fate;
  }

  // ---- places ------------------------------------------------------------------------------------------------------

  seatAt(index: number): SeatState {
    const seat = this.state.seats[index];
    if (seat !== undefined) return seat;
    this.breaks('one exchange');
    return emptySeat();
  }

  /** The numbers of the places with a tag. */
  seatsWith(tag: PlaceTag): number[] {
    return this.state.seats.flatMap(({ node }, index) => (node?.tags.has(tag) === true ? [index] : []));
  }

  isSeat(index: number, tag: PlaceTag): boolean {
    return this.seatAt(index).node?.tags.has(tag) ?? false;
  }

  /** A new place. One too many has no seat. */
  sit(): number {
    const index = this.state.seats.findIndex(({ node }) => node === null);
    this.state.taken++;
    if (index < 0) {
      this.breaks('places');
      return NONE;
    }
    this.seatAt(index).node = this.setting.charts.place.initial;
    return index;
  }

  sendPlace(index: number, type: PlaceEvent['type']): void {
    const { place: chart } = this.setting.charts;
    const seat = this.seatAt(index);
    if (seat.node === null) return;
    const edge = chart.edge(seat.node, chart.indexOf(type));
    if (edge === null) return;
    seat.node = edge.target;
    for (const { name } of edge.effects) if (name === 'freePlace') this.state.taken--;
    if (!seat.node.tags.has('gone')) return;
    this.state.seats[index] = emptySeat();
  }

  // ---- the pool ----------------------------------------------------------------------------------------------------

  sendOrigin(type: OriginEvent['type']): void {
    const { origin: chart } = this.setting.charts;
    this.state.origin = chart.edge(this.state.origin, chart.indexOf(type))?.target ?? this.state.origin;
  }

  is(tag: OriginTag): boolean {
    return this.state.origin.tags.has(tag);
  }
}
