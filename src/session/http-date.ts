/*
 * The Date field (RFC 9110 section 6.6.1), formatted once a second for the whole process: formatting it per response
 * is more than a tenth of what a small response costs.
 */

let second = -1;
let line = '';

/** The field line `Date: ...` with its line end, for a wall-clock time in milliseconds since the Unix epoch. */
export function dateLine(now: number): string {
  const current = Math.floor(now / 1000);
  if (current !== second) {
    second = current;
    line = `Date: ${new Date(now).toUTCString()}\r\n`;
  }
  return line;
}
