import type { Moment } from './moment.js';
import type { Span } from './span.js';

/** What the page shows, as the hash of its address keeps it: a link shows others the same. */
export interface Address {
  /** The key of the definition whose chart is shown; absent for the first. */
  readonly chart?: string;
  /** The path of the state whose actors are listed; absent or empty for all actors. */
  readonly state?: string;
  /** The id of the actor that is opened. */
  readonly actor?: string;
  /** The id of the child whose chart is shown in its place. */
  readonly child?: string;
  /** `requests` where these are listed; absent for the sessions. */
  readonly list?: string;
  /** `client` where the requests are shown that were sent; absent for those that were served, where there are any. */
  readonly role?: string;
  /** The tab of the open actor; absent for the first. */
  readonly tab?: string;
  /** The time that is looked at, in milliseconds since the Unix epoch; absent for now. */
  readonly at?: string;
  /** The number of the last change that has happened then, of several within one millisecond. */
  readonly through?: string;
  /** The range that the timeline and the lists are limited to. */
  readonly from?: string;
  readonly to?: string;
}

const PLACE = ['chart', 'state', 'actor', 'child', 'list', 'role', 'tab'] as const;
const TIME = ['at', 'through', 'from', 'to'] as const;
const PARTS = [...PLACE, ...TIME] as const;

/** Reads the hash of an address, with or without its `#`. */
export function readAddress(hash: string): Address {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  return Object.fromEntries(
    PARTS.flatMap((part) => {
      const value = params.get(part);
      return value === null ? [] : [[part, value]];
    }),
  );
}

/** What is open within each other, innermost first, with what goes when it is closed. */
const OPEN: readonly (readonly (keyof Address)[])[] = [['child'], ['actor', 'tab'], ['state']];

/** Where closing the innermost thing that is open leads; `null` if nothing is. */
export function outOf(address: Address): Address | null {
  const open = OPEN.find(([part]) => part !== undefined && (address[part] ?? '') !== '');
  return open === undefined ? null : without(address, open);
}

/** Writes a hash that `readAddress` understands. */
export function writeAddress(address: Address): string {
  const params = new URLSearchParams(
    PARTS.flatMap((part): [string, string][] => {
      const value = address[part];
      return value === undefined ? [] : [[part, value]];
    }),
  );
  return `#${params.toString()}`;
}

/** The time that an address says; `null` for now. */
export function momentIn({ at, through }: Address): Moment | null {
  const time = timeIn(at);
  return time === null ? null : { at: time, through: timeIn(through) };
}

/** The range that an address says; `null` for none. */
export function spanIn(address: Address): Span | null {
  const [from, to] = [timeIn(address.from), timeIn(address.to)];
  return from === null || to === null || from >= to ? null : { from, to };
}

/** The same place at another time, and limited to another range. */
export function atTime(address: Address, moment: Moment | null, span: Span | null): Address {
  return {
    ...without(address, TIME),
    ...(moment === null ? {} : { at: String(moment.at) }),
    ...(typeof moment?.through === 'number' ? { through: String(moment.through) } : {}),
    ...(span === null ? {} : { from: String(span.from), to: String(span.to) }),
  };
}

/** Another place at the same time, unless the place says another time itself. */
export function inPlace(address: Address, place: Address): Address {
  const time = place.at === undefined ? without(address, PLACE) : {};
  return { ...time, ...place };
}

/** An address that says nothing of some parts. */
export function without(address: Address, parts: readonly (keyof Address)[]): Address {
  const kept = Object.entries(address).filter(([part]) => !parts.includes(part as keyof Address));
  return Object.fromEntries(kept);
}

function timeIn(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  const time = Number(text);
  return Number.isFinite(time) ? time : null;
}
