import type { MessageHeader } from '../../protocol/index.js';
import type { ParsedFields, RawFields } from './dispatch-handler.js';

const NOT_ASCII = /[^\0-\x7f]/;

/**
 * Fields as handlers of undici 6 and 7 get them. They expect bytes, and read them with `toString`, which text has as well:
 * only a value that is more than ASCII has to be bytes.
 */
export function rawFields(header: MessageHeader | null): RawFields {
  if (header === null) return [];
  const list: (string | Buffer)[] = header.toList();
  for (let at = 1; at < list.length; at += 2) {
    const value = list[at] as string;
    if (NOT_ASCII.test(value)) list[at] = Buffer.from(value, 'latin1');
  }
  return list;
}

/** Fields as an object, as handlers of undici 8 get them. */
export function parsedFields(header: MessageHeader | null): ParsedFields {
  const fields: ParsedFields = {};
  if (header === null) return fields;
  const list = header.toList();
  for (let at = 0; at < list.length; at += 2) {
    addField(fields, (list[at] as string).toLowerCase(), list[at + 1] as string);
  }
  return fields;
}

/** A name such as `constructor` is a field like others. */
function addField(fields: ParsedFields, name: string, value: string): void {
  const before = fields[name];
  if (before === undefined) fields[name] = value;
  else if (!Object.hasOwn(fields, name)) {
    Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
  } else if (typeof before === 'string') fields[name] = [before, value];
  else before.push(value);
}

/** Names and values, alternating, as an object. */
export function parsedList(list: RawFields): ParsedFields {
  const fields: ParsedFields = {};
  for (let at = 0; at < list.length; at += 2) {
    addField(fields, textOf(list[at]).toLowerCase(), textOf(list[at + 1]));
  }
  return fields;
}

/** An object of fields as names and values, alternating. */
export function flatFields(fields: ParsedFields): RawFields {
  return Object.entries(fields).flatMap(([name, value]) =>
    typeof value === 'string' ? [name, value] : value.flatMap((each) => [name, each]),
  );
}

function textOf(value: string | Buffer | undefined): string {
  return typeof value === 'string' ? value : (value as Buffer).toString('latin1');
}
