/** What the page shows, as the hash of its address keeps it. */
export interface Address {
  /** The key of the definition whose chart is shown; absent for the first. */
  readonly chart?: string;
  /** The path of the state whose actors are listed; empty for all actors, absent for no list. */
  readonly state?: string;
  /** The id of the actor that is opened. */
  readonly actor?: string;
  /** The id of the child whose chart is shown in its place. */
  readonly child?: string;
}

const PARTS = ['chart', 'state', 'actor', 'child'] as const;

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

/** Where closing the innermost thing that is open leads; `null` if nothing is. */
export function outOf({ actor, child, state, ...rest }: Address): Address | null {
  const list = state === undefined ? rest : { ...rest, state };
  if (child !== undefined && actor !== undefined) return { ...list, actor };
  if (actor !== undefined) return list;
  if (state === undefined) return null;
  return rest;
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
