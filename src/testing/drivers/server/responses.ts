/** A response as a client reads it. */
export interface SeenResponse {
  readonly status: number;
  /** The interim statuses before it. */
  readonly interim: readonly number[];
  readonly body: string;
}

/** What a client makes of the bytes it got. */
export interface SeenResponses {
  /** The complete responses, in order. */
  readonly responses: readonly SeenResponse[];
  /** Interim responses after the last complete one. */
  readonly interim: readonly number[];
  /** Bytes that belong to no complete message. */
  readonly rest: string;
  /** What is wrong with them, if anything is. */
  readonly problem: string | null;
}

interface Head {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
}

/** A body and what follows it; `null` while it is incomplete, a text when it is malformed. */
type Body = { readonly body: string; readonly rest: string } | string | null;

/*
 * Written apart from the reader of the product on purpose: what judges it, and others, must not share its mistakes.
 */

/**
 * Reads responses from latin1 text.
 *
 * @param methods - those of the requests, in order: the answer to HEAD has no body.
 * @param isEnded - whether nothing more will come: the end of a body without a length.
 */
export function readResponses(text: string, methods: readonly string[], isEnded: boolean): SeenResponses {
  const responses: SeenResponse[] = [];
  let interim: number[] = [];
  let rest = text;
  const seen = (problem: string | null): SeenResponses => ({ responses, interim, rest, problem });
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return seen(malformedBegin(rest));
    const head = readHead(rest.slice(0, end));
    if (typeof head === 'string') return seen(head);
    const after = rest.slice(end + 4);
    if (head.status < 200 && head.status !== 101) {
      interim.push(head.status);
      rest = after;
      continue;
    }
    const found = readBody(head, after, methods[responses.length] ?? 'GET', isEnded);
    if (found === null || typeof found === 'string') return seen(found);
    responses.push({ status: head.status, interim, body: found.body });
    interim = [];
    rest = found.rest;
  }
}

function malformedBegin(text: string): string | null {
  const expected = 'HTTP/1.';
  return text.slice(0, expected.length) === expected.slice(0, text.length) ? null : 'it is not a status line';
}

function readHead(text: string): Head | string {
  const [line = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: .*)?$/.exec(line)?.[1];
  if (status === undefined) return 'it is not a status line';
  const fields = new Map<string, string>();
  for (const field of lines) {
    const [, name, value] = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*(.*?)[ \t]*$/.exec(field) ?? [];
    if (name === undefined || value === undefined) return 'it has a malformed field';
    fields.set(name.toLowerCase(), value);
  }
  if (fields.has('content-length') && fields.has('transfer-encoding')) return 'it has two lengths';
  return { status: Number(status), fields };
}

function readBody({ status, fields }: Head, rest: string, method: string, isEnded: boolean): Body {
  if (method === 'HEAD' || status === 204 || status === 304 || status === 101) return { body: '', rest };
  if (fields.get('transfer-encoding')?.toLowerCase() === 'chunked') return readChunks(rest);
  const length = fields.get('content-length');
  if (length === undefined) return isEnded ? { body: rest, rest: '' } : null;
  if (!/^\d+$/.test(length)) return 'its Content-Length is not a number';
  const size = Number(length);
  if (rest.length < size) return isEnded ? 'its body is shorter than its Content-Length' : null;
  return { body: rest.slice(0, size), rest: rest.slice(size) };
}

/** Reads a chunked body from latin1 text; trailers are passed over. */
export function readChunks(text: string): Body {
  let body = '';
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n');
    if (end === -1) return null;
    const digits = /^([0-9a-f]+)(?:;.*)?$/i.exec(rest.slice(0, end))?.[1];
    if (digits === undefined) return 'a chunk has no size';
    const size = parseInt(digits, 16);
    const begin = end + 2;
    if (size === 0) {
      const trailers = /^(?:[^\r\n]+\r\n)*\r\n/.exec(rest.slice(begin));
      return trailers === null ? null : { body, rest: rest.slice(begin + trailers[0].length) };
    }
    if (rest.length < begin + size + 2) return null;
    if (rest.slice(begin + size, begin + size + 2) !== '\r\n') return 'a chunk is longer than its size';
    body += rest.slice(begin, begin + size);
    rest = rest.slice(begin + size + 2);
  }
}
