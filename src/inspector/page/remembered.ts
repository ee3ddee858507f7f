import { useState } from 'preact/hooks';

const PREFIX = 'session-inspector-';

/** A choice that is remembered in this browser, as a text. */
export function useRemembered(name: string, otherwise: string): readonly [string, (value: string) => void] {
  const [value, setValue] = useState(() => read(name) ?? otherwise);
  return [
    value,
    (next) => {
      setValue(next);
      write(name, next);
    },
  ];
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    // A frame or a browser may refuse its storage.
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Then it is remembered as long as the view is open.
  }
}
