/*
 * Lines of fields, remembered: the responses of a server repeat each other, and a line that is there already needs no
 * joining of four strings. The table is small and direct; what collides is made anew.
 */

const SIZE = 32;
const LONGEST_VALUE = 64;

const names = new Array<string>(SIZE).fill('');
const values = new Array<string>(SIZE).fill('');
const lines = new Array<string>(SIZE).fill(': \r\n');

/** `name: value` with its CRLF. Values that are long, as secrets are, are not remembered. */
export function fieldLine(name: string, value: string): string {
  if (value.length > LONGEST_VALUE) return `${name}: ${value}\r\n`;
  const at = (name.length * 5 + value.length) % SIZE;
  if (names[at] !== name || values[at] !== value) {
    names[at] = name;
    values[at] = value;
    lines[at] = `${name}: ${value}\r\n`;
  }
  return lines[at] as string;
}
