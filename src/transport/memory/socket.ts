import { Duplex } from 'node:stream';

import { guardErrors } from '../release.js';
import type { MemoryLine, Segmentation } from './line.js';

/** The two ends of a memory connection as addresses; nothing listens there. */
interface MemoryAddresses {
  readonly localPort: number;
  readonly remotePort: number;
}

/**
 * One end of a connection in memory. It behaves like a socket: half-open, with back-pressure, FIN and RST. In a test,
 * each end also decides how and when the bytes it sends arrive.
 *
 * As in TCP, bytes that reach a closed end come back as a reset. A reset is no uncaught exception where nothing listens for
 * `error`: `errored` has it.
 *
 * @example
 * ```ts
 * const { client, server } = createMemoryPair();
 * client.segment([1, 5]); // the sizes of the segments in which the bytes arrive
 * server.on('data', (bytes) => console.log(bytes.length)); // 1 5 1 5 ...
 * client.end('GET / HTTP/1.1\r\n\r\n');
 * ```
 */
export class MemorySocket extends Duplex {
  /** As that of a TCP socket. */
  readonly localAddress: string = '127.0.0.1';
  /** 80 at the end that accepted. */
  readonly localPort: number;
  /** As that of a TCP socket. */
  readonly localFamily: string = 'IPv4';
  /** As that of a TCP socket. */
  readonly remoteAddress: string = '127.0.0.1';
  /** 80 at the end that connected. */
  readonly remotePort: number;
  /** As that of a TCP socket. */
  readonly remoteFamily: string = 'IPv4';
  readonly #outgoing: MemoryLine;
  readonly #incoming: MemoryLine;
  // A kernel receives before the application reads.
  #hungry = true;

  /** @internal Use `createMemoryPair`. */
  constructor(outgoing: MemoryLine, incoming: MemoryLine, addresses: MemoryAddresses, highWaterMark: number) {
    super({ allowHalfOpen: true, highWaterMark });
    this.localPort = addresses.localPort;
    this.remotePort = addresses.remotePort;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
    guardErrors(this);
    incoming.connect(
      {
        isHungry: () => this.#hungry,
        isClosed: () => this.destroyed,
        takeBytes: (bytes) => {
          this.#hungry = this.push(bytes);
        },
        takeEnd: () => {
          this.#takeEnd();
        },
        takeReset: () => {
          this.destroy(resetError());
        },
      },
      () => {
        outgoing.sendReset();
      },
    );
  }

  /**
   * Cuts what this end writes from now on; each segment arrives on its own. Sizes are used in turn and repeated. The end
   * of a written chunk ends a segment as well. Without an argument, chunks arrive as they were written.
   *
   * @throws RangeError when a size is not a positive integer; `write` throws when a function lost bytes
   */
  segment(segmentation?: Segmentation): this {
    this.#outgoing.segmentation = segmentation;
    return this;
  }

  /** Holds back everything that this end has sent or will send, until `unstall`. */
  stall(): this {
    this.#outgoing.stalled = true;
    return this;
  }

  /** Ends a stall. */
  unstall(): this {
    this.#outgoing.stalled = false;
    return this;
  }

  /**
   * What this end sends from now on arrives `ms` milliseconds later, by the clock of the pair.
   *
   * @throws TypeError when the pair has no clock; RangeError when `ms` is negative
   */
  delay(ms: number): this {
    this.#outgoing.latency = ms;
    return this;
  }

  /** Sends FIN after what was written. The same as `end()`. */
  fin(): this {
    return this.end();
  }

  /** Closes with RST: the peer fails with `ECONNRESET` after what it could read before. */
  reset(): this {
    if (this.destroyed) return this;
    this.#outgoing.sendReset();
    return this.destroy();
  }

  /** Does nothing: there is no Nagle algorithm in memory. Called by node:http. */
  setNoDelay(): this {
    return this;
  }

  /** Does nothing: memory needs no probes. Called by node:http. */
  setKeepAlive(): this {
    return this;
  }

  /** Does nothing: memory does not keep a process alive. Called by node:http. */
  ref(): this {
    return this;
  }

  /** Does nothing: memory does not keep a process alive. Called by node:http. */
  unref(): this {
    return this;
  }

  override _read(): void {
    this.#hungry = true;
    this.#incoming.schedule();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#outgoing.sendBytes(chunk, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#outgoing.sendEnd();
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#outgoing.sendEnd();
    this.#incoming.schedule();
    callback(error);
  }

  #takeEnd(): void {
    if (this.destroyed) return;
    this.push(null);
    // As net.Socket does: the end is reported even if nothing reads, once nothing is left to be read.
    this.read(0);
  }
}

function resetError(): Error {
  return Object.assign(new Error('read ECONNRESET'), {
    errno: -process.getBuiltinModule('node:os').constants.errno.ECONNRESET,
    code: 'ECONNRESET',
    syscall: 'read',
  });
}
