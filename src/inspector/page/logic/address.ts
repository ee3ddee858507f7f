/** What the page shows, as the hash of its address keeps it. */
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
}

const PARTS = ['chart', 'state', 'actor', 'child', 'list', 'role'] as const;

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
