import type { IncomingMessage, ServerResponse } from 'node:http';

/** A response as node:http makes it. */
export type Response = ServerResponse & {
  /** node:http ends the connection after it. */
  readonly _last?: boolean;
};

/** RFC 9112 section 6.3: a request has a body when it declares one. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Whether the connection ends with a response, as far as node:http knows. */
export function isLast(response: Response): boolean {
  return !response.shouldKeepAlive || response._last === true;
}

type WriteHead = (...values: unknown[]) => ServerResponse;

/** Calls back once the head of a response is written; `writeHead` is called for every head, explicit or not. */
export function watchHead(response: Response, written: () => void): void {
  const writeHead = response.writeHead.bind(response) as WriteHead;
  response.writeHead = (...values: unknown[]): ServerResponse => {
    const result = writeHead(...values);
    written();
    return result;
  };
}

/** Responses that we made the last ones of their connections, and whether they would have kept them. */
const promised = new WeakMap<Response, boolean>();

/** Makes a response say `Connection: close`, whatever its handler says; no effect once its head is written. */
export function promiseClose(response: Response): void {
  if (response.headersSent || promised.has(response)) return;
  promised.set(response, response.shouldKeepAlive);
  response.shouldKeepAlive = false;
  const writeHead = response.writeHead.bind(response) as WriteHead;
  response.writeHead = (...values: unknown[]): ServerResponse => {
    if (!promised.has(response)) return writeHead(...values);
    // node:http believes a relay that copies `Connection: keep-alive` from elsewhere.
    const said = [response.getHeader('Connection') ?? [], ...values.flatMap(connectionIn)].flat();
    if (said.length === 0) return writeHead(...values);
    const options = said.flatMap((value) => String(value).split(',')).map((option) => option.trim());
    const others = options.filter((option) => !/^(|close|keep-alive)$/i.test(option));
    response.setHeader('Connection', [...others, 'close'].join(', '));
    return writeHead(...values.map(withoutConnection));
  };
}

/**
 * Takes back the promise of `promiseClose`: another request has come.
 *
 * @returns `false` if the client has read it, so that no request may follow.
 */
export function revokeClose(response: Response): boolean {
  if (response.headersSent) return !isLast(response);
  const shouldKeepAlive = promised.get(response);
  if (shouldKeepAlive !== undefined) response.shouldKeepAlive = shouldKeepAlive;
  promised.delete(response);
  return true;
}

type Field = readonly [name: unknown, value: unknown];

/** The fields that a handler passes to `writeHead`: an object, a list of pairs, or names and values in turn. */
function fieldsOf(value: object): Field[] {
  if (!Array.isArray(value)) return Object.entries(value);
  if (Array.isArray(value[0])) return value as Field[];
  return value.flatMap((name: unknown, at) => (at % 2 === 0 ? [[name, value[at + 1]] as const] : []));
}

function isConnection([name]: Field): boolean {
  return typeof name === 'string' && name.toLowerCase() === 'connection';
}

function connectionIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return fieldsOf(value)
    .filter(isConnection)
    .map(([, said]) => said);
}

function withoutConnection(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || connectionIn(value).length === 0) return value;
  const fields = fieldsOf(value).filter((field) => !isConnection(field));
  if (!Array.isArray(value)) return Object.fromEntries(fields);
  return Array.isArray(value[0]) ? fields : fields.flat();
}
