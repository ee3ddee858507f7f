import { getDefaultHighWaterMark } from 'node:stream';

import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import type { Clock } from '../deadlines.js';
import { MemoryLine } from './line.js';
import { MemorySocket } from './socket.js';

/** Options of `createMemoryPair`. */
export interface MemoryPairOptions {
  /** The clock that measures delays. Only `MemorySocket.delay` needs one. */
  readonly clock?: Clock;
  /**
   * Bytes that each end buffers for reading and for writing, and that each direction holds in flight. Default: the
   * default of Node.js streams.
   */
  readonly highWaterMark?: number;
}

/** Two ends of one connection. */
export interface MemoryPair {
  /** The end that connected. */
  readonly client: MemorySocket;
  /** The end that accepted. */
  readonly server: MemorySocket;
}

const KNOWN_OPTIONS = new KnownNames('option of createMemoryPair()', ['clock', 'highWaterMark']);

const SERVER_PORT = 80;
const FIRST_CLIENT_PORT = 49_152;
const CLIENT_PORTS = 16_384;

let pairs = 0;

/**
 * Creates a connection in memory: deterministic, without ports and without timers of its own.
 *
 * Both ends are half-open, and can be used wherever a socket can: for example in `server.emit('connection', socket)`
 * of node:http.
 *
 * @throws TypeError for a misspelt option, or a clock that is none; RangeError for a mark that is not a positive integer.
 *
 * @example
 * ```ts
 * const { client, server } = createMemoryPair();
 * new HTTPServerSession(server).serve((request, response) => response.end(request.path));
 * const session = new HTTPClientSession(client);
 * console.log(await (await session.request({ path: '/hello' })).text()); // /hello
 * ```
 */
export function createMemoryPair(options: MemoryPairOptions = {}): MemoryPair {
  checkOptions('createMemoryPair()', options, KNOWN_OPTIONS);
  const { clock, highWaterMark = getDefaultHighWaterMark(false) } = options;
  if (clock !== undefined && typeof (clock as Partial<Clock> | null)?.now !== 'function') {
    throw new TypeError(`clock: must have now() and setTimeout() (got ${describeValue(clock)})`);
  }
  if (!Number.isInteger(highWaterMark) || highWaterMark < 1) {
    throw new RangeError(
      `highWaterMark: must be a positive number of bytes (got ${describeValue(highWaterMark)})`,
    );
  }
  const upward = new MemoryLine(clock, highWaterMark);
  const downward = new MemoryLine(clock, highWaterMark);
  const clientPort = FIRST_CLIENT_PORT + (pairs++ % CLIENT_PORTS);
  const client = new MemorySocket(
    upward,
    downward,
    { localPort: clientPort, remotePort: SERVER_PORT },
    highWaterMark,
  );
  const server = new MemorySocket(
    downward,
    upward,
    { localPort: SERVER_PORT, remotePort: clientPort },
    highWaterMark,
  );
  return { client, server };
}
