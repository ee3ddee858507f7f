/** A response as it stood on the wire. */
export interface WireResponse {
  readonly status: number;
  /** Field lines in order, without Date, which every response has. */
  readonly fields: readonly string[];
  readonly body: string;
  /** Trailer lines of a chunked body. */
  readonly trailer: readonly string[];
}

/**
 * Cuts what a server sent into responses, by rules of its own: it shares no code with what it judges. Throws when a
 * response is cut off, or when anything is left that is no response.
 *
 * @param methods - of the requests, in order, as far as they are not GET; HEAD has no body in its response.
 */
export function responsesIn(wire: string, methods: readonly string[] = []): WireResponse[] {
  const responses: WireResponse[] = [];
  let finals = 0;
  for (let rest = wire; rest !== '';) {
    const end = rest.indexOf('\r\n\r\n');
    const [line = '', ...lines] = rest.slice(0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1]);
    if (end === -1 || Number.isNaN(status)) throw new Error(`no response: ${JSON.stringify(rest)}`);
    const method = methods[finals] ?? 'GET';
    if (status >= 200) finals++;
    const body = bodyIn(rest.slice(end + 4), lines, status, method);
    responses.push({
      status,
      fields: lines.filter((field) => !field.startsWith('Date: ')),
      body: body.text,
      trailer: body.trailer,
    });
    rest = body.rest;
  }
  return responses;
}

/** The one response that a server sent. */
export function responseIn(wire: string, method = 'GET'): WireResponse {
  const responses = responsesIn(wire, [method]);
  const [only] = responses;
  if (responses.length !== 1 || only === undefined) {
    throw new Error(`${String(responses.length)} responses: ${JSON.stringify(wire)}`);
  }
  return only;
}

/** The statuses of all responses that a server sent. */
export function statusesIn(wire: string, methods: readonly string[] = []): number[] {
  return responsesIn(wire, methods).map(({ status }) => status);
}

interface WireBody {
  readonly text: string;
  readonly trailer: readonly string[];
  readonly rest: string;
}

function bodyIn(rest: string, fields: readonly string[], status: number, method: string): WireBody {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) {
    return { text: '', trailer: [], rest };
  }
  if (fields.includes('Transfer-Encoding: chunked')) return chunksIn(rest);
  const declared = fields.find((field) => field.startsWith('Content-Length: '));
  if (declared === undefined) return { text: rest, trailer: [], rest: '' };
  const length = Number(declared.slice('Content-Length: '.length));
  if (rest.length < length) throw new Error(`a body of ${declared} is cut off: ${JSON.stringify(rest)}`);
  return { text: rest.slice(0, length), trailer: [], rest: rest.slice(length) };
}

function chunksIn(wire: string): WireBody {
  let text = '';
  for (let rest = wire; ;) {
    const line = /^([0-9a-f]+)\r\n/.exec(rest);
    if (line === null) throw new Error(`no chunk: ${JSON.stringify(rest)}`);
    const size = parseInt(line[1] as string, 16);
    rest = rest.slice(line[0].length);
    if (size === 0) return trailerIn(text, rest);
    if (rest.slice(size, size + 2) !== '\r\n') throw new Error('a chunk has the wrong size');
    text += rest.slice(0, size);
    rest = rest.slice(size + 2);
  }
}

function trailerIn(text: string, wire: string): WireBody {
  const trailer: string[] = [];
  for (let rest = wire; ;) {
    const end = rest.indexOf('\r\n');
    if (end === -1) throw new Error('a chunked body is cut off');
    if (end === 0) return { text, trailer, rest: rest.slice(2) };
    trailer.push(rest.slice(0, end));
    rest = rest.slice(end + 2);
  }
}
