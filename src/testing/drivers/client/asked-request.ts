import { readChunks } from '../server/responses.js';
import { quoted } from '../wire-log.js';

/** A request as a server reads it. */
export interface AskedRequest {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

/**
 * Reads one request from the begin of latin1 text.
 *
 * @returns `null` while it is incomplete; a sentence when it is malformed.
 */
export function readRequest(
  text: string,
): { readonly request: AskedRequest; readonly rest: string } | string | null {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const [line = '', ...fields] = text.slice(0, end).split('\r\n');
  const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(line) ?? [];
  if (method === undefined || target === undefined) return `it is no request line: ${quoted(line)}`;
  if (fields.filter((field) => /^host:/i.test(field)).length !== 1)
    return 'it has not exactly one Host field';
  const after = text.slice(end + 4);
  const found = readBody(fields, after);
  if (found === null || typeof found === 'string') return found;
  return { request: { method, target, body: found.body }, rest: found.rest };
}

function readBody(
  fields: readonly string[],
  rest: string,
): { readonly body: string; readonly rest: string } | string | null {
  const valueOf = (name: string): string | undefined =>
    fields
      .find((field) => field.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const coding = valueOf('transfer-encoding');
  const length = valueOf('content-length');
  if (coding !== undefined && length !== undefined) return 'it has two lengths';
  if (coding !== undefined)
    return coding.toLowerCase() === 'chunked' ? readChunks(rest) : `its coding is ${coding}`;
  const size = Number(length ?? 0);
  if (!Number.isSafeInteger(size)) return 'its Content-Length is no number';
  return rest.length < size ? null : { body: rest.slice(0, size), rest: rest.slice(size) };
}
