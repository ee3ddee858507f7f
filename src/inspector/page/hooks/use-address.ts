import { useEffect, useState } from 'preact/hooks';

import { readAddress, writeAddress, type Address } from '../logic/address.js';

/** What the address of the page says, and how to go elsewhere, so that the browser's own way back leads here. */
export function useAddress(): readonly [address: Address, go: (address: Address) => void] {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => {
      setHash(location.hash);
    };
    window.addEventListener('hashchange', follow);
    return () => {
      window.removeEventListener('hashchange', follow);
    };
  }, []);
  return [readAddress(hash), go];
}

function go(address: Address): void {
  location.hash = writeAddress(address);
}
