/*
 * The Date field (RFC 9110 section 6.6.1), formatted once a second for the whole process: formatting it per response
 * is more than a tenth of what a small response costs.
 */

let second = -1;
let end = '';

/**
 * The end of a head: the line `Date: ...` and the blank line, for a wall-clock time in milliseconds since the Unix
 * epoch.
 */
export function dateAndBlankLine(now: number): string {
  const current = Math.floor(now / 1000);
  if (current !== second) {
    second = current;
    end = `Date: ${new Date(now).toUTCString()}\r\n\r\n`;
  }
  return end;
}
