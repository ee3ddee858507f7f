const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes as people read it: `87 B`, `4.2 kB`, `64 MB`. */
export function bytesInWords(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  // What would be written as 1000 is 1 of the next unit.
  while (amount >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${unit > 0 && amount < 9.95 ? amount.toFixed(1) : amount.toFixed(0)} ${UNITS[unit] as string}`;
}

/** A duration as people read it: `0.4 ms`, `12 ms`, `3.4 s`. */
export function durationInWords(milliseconds: number): string {
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  return milliseconds < 9_999.5 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** A number with its noun: `1 connection`, `2 connections`. */
export function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Milliseconds with as many digits as a program can use. */
export function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

/** A text of a peer without what terminals obey: controls, and marks that reorder or hide text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
