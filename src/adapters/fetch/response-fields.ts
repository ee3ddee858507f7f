import { NativeHeaders } from './native-classes.js';

const NONE: readonly string[] = [];
const CONTENT_TYPE = 'content-type';

/** Names and values that `Headers` would leave as they are, but for the case of the names. */
const PLAIN_NAME = /^[A-Za-z\d-]+$/;
const PLAIN_VALUE = /^[!-~](?:[ -~]*[!-~])?$/;

/** The lists for responses without fields of their own. */
const ofType = new Map<string, readonly string[]>();

/**
 * The fields of a response as `Headers` yields them, names and values alternating: in lower case, sorted, each
 * Set-Cookie by itself.
 *
 * @param given - the fields that a `Response` is made with.
 * @param type - the Content-Type if these have none; `null` for none at all.
 * @throws TypeError for what `Headers` refuses.
 */
export function fieldsOf(given: unknown, type: string | null): readonly string[] {
  if (given === undefined) return type === null ? NONE : fieldsOfType(type);
  const fields = plainFields(given) ?? standardFields(given);
  if (type !== null && !hasContentType(fields)) insert(fields, CONTENT_TYPE, type);
  return fields;
}

function fieldsOfType(type: string): readonly string[] {
  let fields = ofType.get(type);
  if (fields === undefined) {
    fields = [CONTENT_TYPE, type];
    // The types are those of the Fetch standard, two.
    ofType.set(type, fields);
  }
  return fields;
}

/** The fields of an object that has nothing special; `null` for others. */
function plainFields(given: unknown): string[] | null {
  if (typeof given !== 'object' || given === null || Object.getPrototypeOf(given) !== Object.prototype)
    return null;
  const fields: string[] = [];
  for (const name of Object.keys(given)) {
    const value = (given as Record<string, unknown>)[name];
    if (typeof value !== 'string' || !PLAIN_NAME.test(name) || !PLAIN_VALUE.test(value)) return null;
    if (!insert(fields, name.toLowerCase(), value)) return null;
  }
  return fields;
}

function standardFields(given: unknown): string[] {
  const headers = given instanceof NativeHeaders ? given : new NativeHeaders(given as Record<string, string>);
  const fields: string[] = [];
  for (const [name, value] of headers) fields.push(name, value);
  return fields;
}

function hasContentType(fields: readonly string[]): boolean {
  for (let at = 0; at < fields.length; at += 2) if (fields[at] === CONTENT_TYPE) return true;
  return false;
}

/** Inserts a field where it belongs; `false` if there is one with this name. */
function insert(fields: string[], name: string, value: string): boolean {
  let at = fields.length;
  while (at > 0 && (fields[at - 2] as string) > name) at -= 2;
  if (at > 0 && fields[at - 2] === name) return false;
  if (at === fields.length) fields.push(name, value);
  else fields.splice(at, 0, name, value);
  return true;
}
