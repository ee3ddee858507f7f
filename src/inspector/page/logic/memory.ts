/*
 * What the page remembers from visit to visit, in the storage of the browser. A page within a frame of another site may
 * be refused it: then it remembers nothing.
 */

const PREFIX = 'http-session.';

/** What was remembered; `null` if nothing was. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** A number that was remembered; `null` if there is none within the range. */
export function rememberedNumber(
  key: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | null {
  const text = remembered(key);
  const number = text === null || text === '' ? NaN : Number(text);
  return number >= least && number <= most ? number : null;
}

/** Remembers a text for the next visit. */
export function remember(key: string, text: string): void {
  try {
    localStorage.setItem(PREFIX + key, text);
  } catch {
    // There is no storage, or no room in it.
  }
}
