import { describeValue } from '../../errors/index.js';
import { assertFieldName, assertFieldValue, equalsIgnoreCase, sliceTrimmed } from '../grammar.js';

/** The value of a field: text, a number, or several of these for as many fields. */
export type FieldValue = string | number | readonly (string | number)[];

/** What you can make a header from. */
export type HeaderInit =
  | Headers
  | Iterable<readonly [string, string | number]>
  | Readonly<Record<string, string | number | readonly (string | number)[]>>;

/**
 * An ordered collection of header (or trailer) fields. Names keep their spelling and compare case-insensitively. A
 * field that occurs several times stays several fields.
 *
 * `set` and `add` check names and values, so that no value can smuggle a line end into a message. A received header
 * stays text until you ask for a field.
 *
 * POCO: `MessageHeader`.
 *
 * @example
 * ```ts
 * const header = new MessageHeader({ Accept: 'text/html' });
 * header.add('accept', 'text/plain');
 * console.log(header.get('ACCEPT'), header.getAll('Accept'));
 * ```
 */
export class MessageHeader implements Iterable<[string, string]> {
  /** The received lines, each `name: value CRLF`, until a field is asked for. */
  #block = '';
  /** Names and values, alternating. */
  #fields: string[] | undefined = undefined;

  /**
   * @param init - the first fields.
   * @throws TypeError for an invalid name or value.
   */
  constructor(init?: HeaderInit) {
    if (init !== undefined) addAll(this, init);
  }

  /** The number of field lines. */
  get size(): number {
    return MessageHeader.#listOf(this).length / 2;
  }

  /** The value of the first field with this name; `undefined` if there is none. POCO: `get`, which throws instead. */
  get(name: string): string | undefined {
    const list = MessageHeader.#listOf(this);
    const at = indexOfName(list, name, 0);
    return at === -1 ? undefined : list[at + 1];
  }

  /** The values of all fields with this name, in order. */
  getAll(name: string): string[] {
    const list = MessageHeader.#listOf(this);
    const values: string[] = [];
    for (let at = indexOfName(list, name, 0); at !== -1; at = indexOfName(list, name, at + 2)) {
      values.push(list[at + 1] as string);
    }
    return values;
  }

  /** Whether there is a field with this name. */
  has(name: string): boolean {
    return indexOfName(MessageHeader.#listOf(this), name, 0) !== -1;
  }

  /**
   * Sets a field, in place of all others with this name. Whitespace around the value is dropped. An array makes one field
   * of each of its values; an empty one removes the field.
   *
   * @throws TypeError for an invalid name, for a value that is neither a string nor a number, and for a control character
   * other than HTAB or a character above U+00FF in it. Nothing has changed then.
   */
  set(name: string, value: FieldValue): void {
    if (typeof value === 'object') {
      setAll(this, name, checkedValues(name, value));
      return;
    }
    const text = checkedValue(name, value);
    const list = MessageHeader.#listOf(this);
    // A literal has room for what it holds; a first push makes room for seventeen.
    if (list.length === 0) {
      this.#fields = [name, text];
      return;
    }
    const at = indexOfName(list, name, 0);
    if (at === -1) {
      list.push(name, text);
      return;
    }
    list[at] = name;
    list[at + 1] = text;
    removeAll(list, name, at + 2);
  }

  /**
   * Adds a field after all others, even if there is one with this name. An array adds one for each of its values.
   *
   * @throws TypeError as `set` does.
   */
  add(name: string, value: FieldValue): void {
    if (typeof value === 'object') {
      for (const text of checkedValues(name, value)) MessageHeader.#listOf(this).push(name, text);
      return;
    }
    const text = checkedValue(name, value);
    MessageHeader.#listOf(this).push(name, text);
  }

  /** Removes all fields with this name. Returns whether there were any. POCO: `erase`. */
  delete(name: string): boolean {
    return removeAll(MessageHeader.#listOf(this), name, 0);
  }

  /** Removes all fields. */
  clear(): void {
    this.#block = '';
    this.#fields = undefined;
  }

  /** The name and value of each field, in order. */
  *entries(): IterableIterator<[string, string]> {
    const list = MessageHeader.#listOf(this);
    for (let at = 0; at < list.length; at += 2) yield [list[at] as string, list[at + 1] as string];
  }

  /** The same as `entries`. */
  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  /** The fields as a `Headers` object of the Fetch standard. */
  toHeaders(): Headers {
    const headers = new Headers();
    for (const [name, value] of this) headers.append(name, value);
    return headers;
  }

  /**
   * The fields as an object without a prototype. Names are in lower case; several values are joined with `', '`
   * (RFC 9110 section 5.3), those of Cookie with `'; '` (RFC 6265 section 5.4).
   */
  toObject(): Record<string, string> {
    const object = Object.create(null) as Record<string, string>;
    for (const [name, value] of this) {
      const key = name.toLowerCase();
      const before = object[key];
      object[key] = before === undefined ? value : before + (key === 'cookie' ? '; ' : ', ') + value;
    }
    return object;
  }

  /** Names and number only: values may be secrets, which must not reach a log or an inspector. */
  toJSON(): Record<string, unknown> {
    return { size: this.size, names: MessageHeader.#listOf(this).filter((_, index) => index % 2 === 0) };
  }

  /** The same as `toJSON`, for `console.log`. */
  [Symbol.for('nodejs.util.inspect.custom')](): Record<string, unknown> {
    return this.toJSON();
  }

  /**
   * Replaces all fields by a field block that a reader has validated.
   *
   * @internal
   */
  adoptBlock(block: string): void {
    this.#block = block;
    this.#fields = undefined;
  }

  /**
   * The lines of all fields, each with its CRLF. A received block that was not cut into fields is returned unchanged.
   *
   * @internal
   */
  formatBlock(): string {
    const list = this.#fields;
    if (list === undefined) return this.#block;
    let text = '';
    for (let at = 0; at < list.length; at += 2) {
      text += fieldLine(list[at] as string, list[at + 1] as string);
    }
    return text;
  }

  /**
   * Names and values, alternating, in a list of its own.
   *
   * @internal
   */
  toList(): string[] {
    return MessageHeader.#listOf(this).slice();
  }

  // Static: an instance of a class with private methods takes longer to make, and every message is one.
  static #listOf(header: MessageHeader): string[] {
    if (header.#fields === undefined) {
      header.#fields = cutBlock(header.#block);
      header.#block = '';
    }
    return header.#fields;
  }
}

function setAll(header: MessageHeader, name: string, values: readonly string[]): void {
  header.delete(name);
  for (const value of values) header.add(name, value);
}

function addAll(header: MessageHeader, init: HeaderInit): void {
  if (typeof init !== 'object' || (init as unknown) === null) {
    throw new TypeError(`headers: must be an object, Headers or pairs (got ${describeValue(init)})`);
  }
  if (isIterable(init)) {
    for (const [name, value] of init) header.add(name, value);
    return;
  }
  for (const [name, value] of Object.entries(init)) header.add(name, value as FieldValue);
}

function cutBlock(block: string): string[] {
  const list: string[] = [];
  for (let at = 0; at < block.length;) {
    const colon = block.indexOf(':', at);
    const end = block.indexOf('\r', colon);
    list.push(block.slice(at, colon), sliceTrimmed(block, colon + 1, end));
    at = end + 2;
  }
  return list;
}

function isIterable(init: HeaderInit): init is Iterable<[string, string | number]> {
  return Symbol.iterator in init;
}

function checkedValue(name: string, value: string | number): string {
  const text = typeof value === 'string' ? value : textOf(name, value);
  assertFieldName(name);
  assertFieldValue(name, text);
  return sliceTrimmed(text, 0, text.length);
}

function checkedValues(name: string, values: readonly (string | number)[]): string[] {
  assertFieldName(name);
  if (!Array.isArray(values)) throw badValue(name, values);
  return values.map((value: string | number) => checkedValue(name, value));
}

/** What else `String` would make a text of is mostly a mistake, such as `undefined`. */
function textOf(name: string, value: unknown): string {
  if (typeof value === 'number') return String(value);
  throw badValue(name, value);
}

function badValue(name: string, value: unknown): TypeError {
  return new TypeError(
    `field ${describeValue(name)}: the value must be a string, a number or an array of these (got ${describeValue(value)})`,
  );
}

function indexOfName(list: readonly string[], name: string, from: number): number {
  for (let at = from; at < list.length; at += 2) {
    if (equalsIgnoreCase(list[at] as string, name)) return at;
  }
  return -1;
}

function removeAll(list: string[], name: string, from: number): boolean {
  let kept = from;
  for (let at = from; at < list.length; at += 2) {
    if (equalsIgnoreCase(list[at] as string, name)) continue;
    list[kept] = list[at] as string;
    list[kept + 1] = list[at + 1] as string;
    kept += 2;
  }
  if (kept === list.length) return false;
  list.length = kept;
  return true;
}

/*
 * A cache of field lines: the responses of a server repeat each other, and a cached line saves joining four strings.
 * The table is small and direct-mapped; a collision replaces the entry.
 */

const SIZE = 32;
const LONGEST_VALUE = 64;

const names = new Array<string>(SIZE).fill('');
const values = new Array<string>(SIZE).fill('');
const lines = new Array<string>(SIZE).fill(': \r\n');

/** `name: value` with its CRLF. Long values, as secrets are, are not cached. */
function fieldLine(name: string, value: string): string {
  if (value.length > LONGEST_VALUE) return `${name}: ${value}\r\n`;
  const at = (name.length * 5 + value.length) % SIZE;
  if (names[at] !== name || values[at] !== value) {
    names[at] = name;
    values[at] = value;
    lines[at] = `${name}: ${value}\r\n`;
  }
  return lines[at] as string;
}
