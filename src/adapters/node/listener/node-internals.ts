import { IncomingMessage, ServerResponse, type Server } from 'node:http';
import type { Duplex } from 'node:stream';

/*
 * Members of node:http that have no public name, and without which its messages cannot be served by another parser. All
 * of them are named here; `checkInternals` says which of them a runtime lacks.
 */

/** The callback of a write. */
export type Written = (error?: Error | null) => void;

/** An incoming message as seen from inside. */
export type OpenIncoming = IncomingMessage & {
  readonly _eventsCount: number;
  readonly _readableState: {
    readingMore: boolean;
    ended: boolean;
    endEmitted: boolean;
    destroyed: boolean;
    closed: boolean;
    closeEmitted: boolean;
    readonly resumeScheduled?: boolean;
  };
  _consuming: boolean;
  joinDuplicateHeaders: boolean;
  upgrade: boolean | null;
  _dumped: boolean;
  _dump(): void;
  _addHeaderLines(lines: readonly string[], count: number): void;
  _destroy(error: Error | null, done: Written): void;
};

/** What a response has written before it could be sent. */
interface PendingOutput {
  readonly data: string | Uint8Array;
}

/** A response as seen from inside. */
export type OpenResponse = Omit<ServerResponse, 'socket'> & {
  socket: OpenSocket | null;
  destroyed: boolean;
  readonly _last: boolean;
  readonly _headerSent: boolean;
  readonly _contentLength: number | null;
  _sent100: boolean;
  _header: string | null;
  _closed: boolean;
  _keepAliveTimeout: number;
  _maxRequestsPerSocket: number;
  _expect_continue: boolean;
  maxRequestsOnConnectionReached: boolean;
  outputData: PendingOutput[];
  outputSize: number;
  _storeHeader(firstLine: string, headers: unknown): void;
  _writeRaw(
    data: string | Uint8Array,
    encoding?: BufferEncoding | Written | null,
    callback?: Written | null,
  ): boolean;
  _finish(): void;
};

/** A socket that a response is assigned to. */
export type OpenSocket = Duplex & {
  _httpMessage?: OpenResponse | null;
  server?: unknown;
  timeout?: number | undefined;
  setTimeout?(duration: number): unknown;
};

/** The symbol that a property of an object has for its key, by its description. */
function symbolOf(owner: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(owner).find((symbol) => symbol.description === description);
}

let needDrain: symbol | undefined;

/** Lets a response ask for more: it is not blocked any more. */
export function emitDrain(response: OpenResponse): void {
  if (response.writableEnded || response.destroyed || !response.writableNeedDrain) return;
  needDrain ??= symbolOf(response, 'kNeedDrain');
  if (needDrain !== undefined) (response as unknown as Record<symbol, unknown>)[needDrain] = false;
  response.emit('drain');
}

/** Options of a server that it keeps under symbols. */
export interface ServerClasses {
  readonly incoming: typeof IncomingMessage;
  readonly response: typeof ServerResponse;
  /** The key, and the names of fields that are sent once; the key is `undefined` where there are none. */
  readonly uniqueFields: symbol | undefined;
}

/** The classes that a server makes its messages of. */
export function classesOf(server: Server): ServerClasses {
  const options = server as unknown as Record<symbol, unknown>;
  const option = (description: string): unknown => {
    const symbol = symbolOf(server, description);
    return symbol === undefined ? undefined : options[symbol];
  };
  const uniqueFields = symbolOf(server, 'kUniqueHeaders');
  return {
    incoming: (option('IncomingMessage') ?? IncomingMessage) as typeof IncomingMessage,
    response: (option('ServerResponse') ?? ServerResponse) as typeof ServerResponse,
    uniqueFields: uniqueFields !== undefined && options[uniqueFields] ? uniqueFields : undefined,
  };
}

/** @throws Error where the node:http of this runtime lacks a member that is needed. */
export function checkInternals(call: string): void {
  const incoming = IncomingMessage.prototype as unknown as Record<string, unknown>;
  const response = ServerResponse.prototype as unknown as Record<string, unknown>;
  const missing = [
    ...['_addHeaderLines', '_destroy'].filter((name) => typeof incoming[name] !== 'function'),
    ...['_writeRaw', '_storeHeader', '_finish'].filter((name) => typeof response[name] !== 'function'),
  ];
  if (missing.length === 0) return;
  throw new Error(
    `${call}: needs the node:http of Node.js; that of this runtime lacks ${missing.join(', ')}`,
  );
}
