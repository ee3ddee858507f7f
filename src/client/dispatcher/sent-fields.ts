import { describeValue } from '../../errors/index.js';
import type { HeaderInit } from '../../protocol/index.js';
import type { DispatchHeaders } from './dispatch-options.js';

type Field = readonly [name: string, value: string | number];

/**
 * The fields of a request that is dispatched, as messages take them. An object of plain values, which `fetch` passes, is
 * taken as it is.
 *
 * @throws TypeError for what are no fields. Names and values are checked when the message is made.
 */
export function sentFields(headers: DispatchHeaders | null | undefined): HeaderInit | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (typeof headers !== 'object') {
    throw new TypeError(
      `headers: must be an array, an object or an iterable of pairs (got ${describeValue(headers)})`,
    );
  }
  if (Array.isArray(headers))
    return isFlat(headers) ? flatPairs(headers) : pairs(headers as Iterable<unknown>);
  if (Symbol.iterator in headers) return pairs(headers);
  const fields = headers as Readonly<Record<string, unknown>>;
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined || value === null || typeof value === 'boolean') return entries(fields);
    if (name.length === 7 && name.toLowerCase() === 'upgrade') refuseUpgrade();
  }
  return fields as Readonly<Record<string, string>>;
}

/** Names and values alternate, unless the first item is a pair. */
function isFlat(headers: readonly unknown[]): boolean {
  return headers.length === 0 || !Array.isArray(headers[0]);
}

function flatPairs(headers: readonly unknown[]): Field[] {
  if (headers.length % 2 !== 0) throw new TypeError('headers: an array must have as many values as names');
  const fields: Field[] = [];
  for (let at = 0; at < headers.length; at += 2) addField(fields, headers[at], headers[at + 1]);
  return fields;
}

function pairs(headers: Iterable<unknown>): Field[] {
  const fields: Field[] = [];
  for (const pair of headers) {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(`headers: must be pairs of name and value (got ${describeValue(pair)})`);
    }
    addField(fields, pair[0], pair[1]);
  }
  return fields;
}

function entries(headers: Readonly<Record<string, unknown>>): Field[] {
  const fields: Field[] = [];
  for (const [name, value] of Object.entries(headers)) addField(fields, name, value);
  return fields;
}

/** `undefined` is no field, and `null` an empty one, as with undici. */
function addField(fields: Field[], name: unknown, value: unknown): void {
  const text = String(name);
  if (text.toLowerCase() === 'upgrade') refuseUpgrade();
  if (value === undefined) return;
  if (Array.isArray(value)) for (const each of value) addField(fields, text, each ?? '');
  else if (value === null) fields.push([text, '']);
  else if (typeof value === 'boolean') fields.push([text, String(value)]);
  else fields.push([text, value as string]);
}

function refuseUpgrade(): never {
  throw new TypeError('headers: must not have an Upgrade field; set the option `upgrade` to the protocol');
}

/** The fields with one more, unless there is one of that name. */
export function withField(fields: HeaderInit | undefined, name: string, value: string): HeaderInit {
  if (fields === undefined) return { [name]: value };
  const list = Symbol.iterator in fields ? [...fields] : Object.entries(fields);
  const key = name.toLowerCase();
  if (list.some(([other]) => other.toLowerCase() === key)) return fields;
  return Symbol.iterator in fields
    ? ([...list, [name, value]] as Field[])
    : { ...(fields as Readonly<Record<string, string>>), [name]: value };
}
