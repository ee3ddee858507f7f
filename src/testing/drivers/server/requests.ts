import type { Payload } from '../../models/model.js';
import type { ServerModelEvent } from '../../models/server-model.js';

/** Where requests go. */
export interface RequestTargets {
  /** The value of the Host field. */
  readonly host: string;
  /** What answers GET. */
  readonly get: string;
  /** What answers POST with the body that it got. */
  readonly echo: string;
}

/** What a client sends. */
export interface Sending {
  /** What goes out now. */
  readonly text: string;
  /** The requests that are complete with it, in order. */
  readonly completes: readonly AskedFor[];
  /** What would complete the request that was begun; empty when none was. */
  readonly left?: string | undefined;
  /** That request. */
  readonly begun?: AskedFor | undefined;
}

/** A request that was sent, as far as its answer depends on it. */
export interface AskedFor {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** What the answer's body has to be; any when not given. */
  readonly echo?: string | undefined;
  /** Whether it was one of HTTP/1.0, which knows no interim responses. */
  readonly isOld?: boolean | undefined;
}

const GET: AskedFor = { method: 'GET' };

/** What is sent for an event, for those that send a request or a part of one. */
export function sendingOf(
  event: ServerModelEvent,
  payload: Payload,
  targets: RequestTargets,
): Sending | null {
  return SENDINGS[event]?.(payload, targets) ?? null;
}

type MakeSending = (payload: Payload, targets: RequestTargets) => Sending;

function whole(method: 'GET' | 'HEAD', fields: readonly string[] = [], version = '1.1'): MakeSending {
  return (payload, targets) => ({
    text: head(method, withQuery(targets.get, payload), [`Host: ${targets.host}`, ...fields], version),
    completes: [{ method, isOld: version === '1.0' }],
  });
}

const SENDINGS: Readonly<Partial<Record<ServerModelEvent, MakeSending>>> = {
  'request.get': whole('GET'),
  'request.head': whole('HEAD'),
  'request.close': whole('GET', ['Connection: close']),
  'request.http10': whole('GET', [], '1.0'),
  'request.halfClosed': whole('GET'),
  'request.pipelined': (payload, targets) => {
    const parts = [whole('GET'), whole('HEAD'), whole('GET')].map((make) => make(payload, targets));
    return {
      text: parts.map(({ text }) => text).join(''),
      completes: parts.flatMap(({ completes }) => completes),
    };
  },
  'head.begin': (payload, targets) => {
    const { text } = whole('GET')(payload, targets);
    // Within the Host field: neither a line nor the head ends there.
    const cut = text.indexOf('Host:') + 7;
    return { text: text.slice(0, cut), completes: [], left: text.slice(cut), begun: GET };
  },
  'request.length': (payload, targets) => completed(lengthBody(payload, targets)),
  'request.chunked': (payload, targets) => completed(chunkedBody(payload, targets)),
  'body.length': (payload, targets) => lengthBody(payload, targets),
  'body.chunked': (payload, targets) => chunkedBody(payload, targets),
  'body.expect': (payload, targets) => {
    const body = bodyOf(payload);
    const fields = [`Content-Length: ${String(body.length)}`, 'Expect: 100-continue'];
    return { text: post(payload, targets, fields), completes: [], left: body, begun: echoed(body) };
  },
  'bad.host': (payload, { get }) => ({ text: head('GET', withQuery(get, payload), []), completes: [] }),
  'bad.length': (payload, targets) => ({
    text: post(payload, targets, ['Content-Length: 3', 'Content-Length: 5']) + 'abcde',
    completes: [],
  }),
  'bad.framing': (payload, targets) => ({
    text:
      post(payload, targets, [
        'Content-Length: 4',
        'Transfer-Encoding: chunked',
        'Transfer-Encoding: identity',
      ]) + `0\r\n\r\n${head('GET', '/smuggled', [`Host: ${targets.host}`])}`,
    completes: [],
  }),
};

function lengthBody(payload: Payload, targets: RequestTargets): Sending {
  const body = bodyOf(payload);
  const text = post(payload, targets, [`Content-Length: ${String(body.length)}`]);
  return halved(text, body, body);
}

function chunkedBody(payload: Payload, targets: RequestTargets): Sending {
  const body = bodyOf(payload);
  const half = body.length >> 1;
  const chunks = chunk(body.slice(0, half)) + chunk(body.slice(half)) + '0\r\n\r\n';
  return halved(
    post(payload, targets, ['Transfer-Encoding: chunked']),
    chunks,
    body,
    chunk(body.slice(0, half)).length,
  );
}

function halved(text: string, wire: string, body: string, cut = wire.length >> 1): Sending {
  return { text: text + wire.slice(0, cut), completes: [], left: wire.slice(cut), begun: echoed(body) };
}

function completed({ text, left = '', begun = GET }: Sending): Sending {
  return { text: text + left, completes: [begun] };
}

function echoed(body: string): AskedFor {
  return { method: 'POST', echo: body };
}

/** A chunk; none for nothing, as that would be the last one. */
function chunk(text: string): string {
  return text === '' ? '' : `${text.length.toString(16)}\r\n${text}\r\n`;
}

function bodyOf(payload: Payload): string {
  return String(payload['body'] ?? 'body');
}

function post(payload: Payload, { host, echo }: RequestTargets, fields: readonly string[]): string {
  return head('POST', withQuery(echo, payload), [`Host: ${host}`, 'Content-Type: text/plain', ...fields]);
}

function withQuery(path: string, payload: Payload): string {
  return `${path}${path.includes('?') ? '&' : '?'}q=${String(payload['query'] ?? '')}`;
}

function head(method: string, target: string, fields: readonly string[], version = '1.1'): string {
  return [`${method} ${target} HTTP/${version}`, ...fields, '', ''].join('\r\n');
}
