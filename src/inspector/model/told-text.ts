import { INSPECTION } from './inspection-limits.js';

/** Deeper levels are not shown; a recursion over them would exhaust the stack. */
const MAX_DEPTH = 32;
const INDENT = '  ';

/**
 * A text of its own. A cut-off piece of a string is a view that holds the whole of it: a name of 256 characters could
 * hold megabytes.
 */
export function copied(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

/** Half of a character can be reported, and no address or file can hold it. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** What shows that a text was cut. */
const CUT = '…';

function cutAt(text: string, length: number): string {
  return copied(text.slice(0, length)).replace(/[\ud800-\udbff]$/, '');
}

/** A name that another program reports; one that is long is cut, and ends with three dots. */
export function shortened(text: string): string {
  const most = INSPECTION.maxToldName.value;
  return wellFormed(text.length > most ? cutAt(text, most - CUT.length) + CUT : text);
}

/** An id that another program reports. A long one keeps its end as well, where ids that begin alike differ. */
export function shortenedId(text: string): string {
  const most = INSPECTION.maxToldName.value;
  if (text.length <= most) return wellFormed(text);
  const half = Math.floor((most - CUT.length) / 2);
  return wellFormed(cutAt(text, half) + CUT + copied(text.slice(-half)));
}

/**
 * The name of a state value that another program reports, cut where it is long or deep; empty for what is no state value.
 * It is read only as far as it is kept.
 */
export function stateText(value: unknown): string {
  const room = { left: INSPECTION.maxToldName.value };
  const name = stateName(value, room, MAX_DEPTH) ?? '';
  return shortened(room.left < 0 ? `${name}${CUT}` : name);
}

/** As `dotted()` of a value that is well known. `null` where something is not the name of a state. */
function stateName(value: unknown, room: { left: number }, depth: number): string | null {
  if (typeof value === 'string') {
    room.left -= value.length;
    return value;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  if (depth === 0) room.left = -1;
  const regions: string[] = [];
  for (const key in value) {
    if (room.left < 0) break;
    room.left -= key.length + 1;
    const rest = stateName((value as Record<string, unknown>)[key], room, depth - 1);
    if (rest === null) return null;
    regions.push(rest === '' ? key : rest.includes(',') ? `${key}(${rest})` : `${key}.${rest}`);
  }
  return regions.join(',');
}

/**
 * A value that another program reports, as indented JSON. It is written only as far as it is kept, so the cost does not
 * depend on its size; what lies too deep is three dots. Values that JSON does not have are described.
 */
export function contextText(value: unknown): string {
  const most = INSPECTION.maxToldContext.value;
  const writer = new Writer(most);
  writer.write(value, 0);
  const text = writer.text;
  return text.length > most ? copied(`${text.slice(0, most)} ...`) : text;
}

/** Writes until there is enough. */
class Writer {
  readonly #pieces: string[] = [];
  #room: number;

  constructor(room: number) {
    this.#room = room;
  }

  get text(): string {
    return this.#pieces.join('');
  }

  get #isFull(): boolean {
    return this.#room < 0;
  }

  #put(piece: string): void {
    this.#pieces.push(piece);
    this.#room -= piece.length;
  }

  write(value: unknown, depth: number): void {
    if (typeof value === 'string') this.#putString(value);
    else if (typeof value !== 'object' || value === null) this.#put(primitive(value));
    else if (depth >= MAX_DEPTH) this.#put('"..."');
    else if (Array.isArray(value) || value instanceof Set) this.#writeList(value, depth + 1);
    else if (value instanceof Map) this.#writeMembers(entriesOf(value), depth + 1);
    else {
      const described = describedObject(value);
      if (described === null) this.#writeMembers(membersOf(value), depth + 1);
      else this.#putString(described);
    }
  }

  #putString(text: string): void {
    this.#put(JSON.stringify(text.length > this.#room ? text.slice(0, this.#room + 1) : text));
  }

  #writeList(values: Iterable<unknown>, depth: number): void {
    this.#writeLines('[', ']', depth, values, (value) => {
      this.write(value, depth);
    });
  }

  #writeMembers(members: Iterable<readonly [string, unknown]>, depth: number): void {
    this.#writeLines('{', '}', depth, members, ([name, value]) => {
      this.#putString(name);
      this.#put(': ');
      this.write(value, depth);
    });
  }

  #writeLines<T>(
    open: string,
    close: string,
    depth: number,
    items: Iterable<T>,
    write: (item: T) => void,
  ): void {
    this.#put(open);
    let count = 0;
    for (const item of items) {
      this.#put(`${count++ === 0 ? '' : ','}\n${INDENT.repeat(depth)}`);
      write(item);
      if (this.#isFull) return;
    }
    this.#put(count === 0 ? close : `\n${INDENT.repeat(depth - 1)}${close}`);
  }
}

function primitive(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  if (typeof value === 'bigint') return `${String(value)}n`;
  return typeof value === 'boolean' ? String(value) : 'null';
}

/** Of what JSON does not have, and what a window can still report. */
function describedObject(value: object): string | null {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${String(value.byteLength)})`;
  return ArrayBuffer.isView(value) ? `${value.constructor.name}(${String(value.byteLength)})` : null;
}

function* entriesOf(map: ReadonlyMap<unknown, unknown>): Generator<readonly [string, unknown], void> {
  for (const [key, value] of map) yield [typeof key === 'string' ? key : contextKey(key), value];
}

function contextKey(key: unknown): string {
  return typeof key === 'object' && key !== null ? '(object)' : primitive(key);
}

function* membersOf(value: object): Generator<readonly [string, unknown], void> {
  for (const name in value) {
    const member: unknown = (value as Record<string, unknown>)[name];
    if (member !== undefined && typeof member !== 'function' && typeof member !== 'symbol') {
      yield [name, member];
    }
  }
}
