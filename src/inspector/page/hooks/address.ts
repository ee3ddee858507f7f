import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import { readAddress, writeAddress, type Address } from '../logic/address.js';

/** Browsers refuse to write more than some addresses a second, and a slider that is dragged has many. */
const WRITTEN_AFTER_MS = 250;

/** What the page is to show, from what it shows last: two changes within one event are both made. */
type Change = (address: Address) => Address;

/** What the address of the page says, and how to change it. */
export interface AddressControl {
  readonly address: Address;
  /** Goes elsewhere, so that the browser's own way back leads here. */
  readonly go: (change: Change) => void;
  /** Says something else of the same place, such as the time. */
  readonly replace: (change: Change) => void;
}

/** Keeps what the page shows in its address. */
export function useAddress(): AddressControl {
  const [hash, setHash] = useState(location.hash);
  const unwritten = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef(hash);
  const write = useCallback(() => {
    if (unwritten.current === null) return;
    clearTimeout(unwritten.current);
    unwritten.current = null;
    history.replaceState(null, '', latest.current);
  }, []);
  const show = (next: string): void => {
    latest.current = next;
    setHash(next);
  };
  useEffect(() => {
    const follow = (): void => {
      // What was not written belonged to the place before.
      if (unwritten.current !== null) clearTimeout(unwritten.current);
      unwritten.current = null;
      show(location.hash);
    };
    window.addEventListener('hashchange', follow);
    window.addEventListener('pagehide', write);
    return () => {
      window.removeEventListener('hashchange', follow);
      window.removeEventListener('pagehide', write);
    };
  }, []);
  const go = useCallback((change: Change) => {
    write();
    const next = writeAddress(change(readAddress(latest.current)));
    if (next === location.hash) return;
    history.pushState(null, '', next);
    show(next);
  }, []);
  const replace = useCallback((change: Change) => {
    show(writeAddress(change(readAddress(latest.current))));
    unwritten.current ??= setTimeout(write, WRITTEN_AFTER_MS);
  }, []);
  return { address: readAddress(hash), go, replace };
}
