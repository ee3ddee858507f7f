import { useEffect, useRef, useState } from 'preact/hooks';

import type { Unwatch } from '../../model/source.js';

/** What became of a question. The last value stays while a new one is awaited. */
export interface Answer<T> {
  readonly value: T | undefined;
  readonly error: Error | null;
}

const UNASKED: Answer<never> = { value: undefined, error: null };

/** Asks again whenever one of `inputs` has changed; answers to earlier questions are not waited for any more. */
export function useAnswer<T>(ask: () => Promise<T> | undefined, inputs: readonly unknown[]): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>(UNASKED);
  useEffect(() => {
    let isStale = false;
    const settle = (next: (last: Answer<T>) => Answer<T>): void => {
      if (!isStale) setAnswer(next);
    };
    const asked = ask();
    if (asked === undefined) setAnswer(UNASKED);
    void asked?.then(
      (value) => {
        settle(() => ({ value, error: null }));
      },
      (error: unknown) => {
        settle(() => ({
          value: undefined,
          error: error instanceof Error ? error : new Error(String(error)),
        }));
      },
    );
    return () => {
      isStale = true;
    };
  }, inputs);
  return answer;
}

/** A number that grows when the value has changed, but not more often than every so many milliseconds. */
export function useThrottledChange(value: unknown, everyMs: number): number {
  const [changes, setChanges] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setChanges((count) => count + 1);
    }, everyMs);
  }, [value]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  return changes;
}

/**
 * The last reported value, updated once for each frame that the browser draws; `undefined` before the first.
 *
 * @param watch - subscribes; called again whenever one of `inputs` has changed
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
