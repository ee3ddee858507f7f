import { useState } from 'preact/hooks';

import { remember, remembered } from '../logic/memory.js';

/** A choice that the browser remembers; the key may change. */
export function useRemembered(
  key: string,
  otherwise: string,
): readonly [value: string, set: (value: string) => void] {
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const set = (value: string): void => {
    setChosen((all) => ({ ...all, [key]: value }));
    remember(key, value);
  };
  return [chosen[key] ?? remembered(key) ?? otherwise, set];
}
