import { useEffect, useState } from 'preact/hooks';

import type { Unwatch } from '../../model/source.js';

/**
 * The last value that was told, taken over once for each frame that the browser draws; `undefined` before the first.
 *
 * @param watch - begins to listen; again whenever one of `inputs` has changed
 */
export function useLatest<T>(
  watch: (listener: (value: T) => void) => Unwatch,
  inputs: readonly unknown[],
): T | undefined {
  const [latest, setLatest] = useState<{ readonly value: T } | undefined>(undefined);
  useEffect(() => {
    let frame = 0;
    let told: { readonly value: T } | undefined;
    setLatest(undefined);
    const unwatch = watch((value) => {
      told = { value };
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        setLatest(told);
      });
    });
    return () => {
      cancelAnimationFrame(frame);
      unwatch();
    };
  }, inputs);
  return latest?.value;
}
