import type { Readable } from 'node:stream';

import { LIMITS } from '../../constants.js';
import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import type { BodyReader, HTTPMessage, MessageHeader } from '../../protocol/index.js';
import { pullReadable, pullWebStream } from '../../streams/bridges.js';
import { BodyFeed, textOf, type BodyOwner } from './body-feed.js';
import type { ReadOptions } from '../bytes/raw-bytes.js';
import type { SessionCore } from '../core/session-core.js';
import { quietly } from '../core/unheard.js';

export { BodyFeed, type BodyOwner } from './body-feed.js';

/** Options of `bytes`, `text` and `json`. */
export interface CollectOptions {
  /** The most bytes to collect. @defaultValue 64 MiB */
  readonly maxBytes?: number | undefined;
}

const READ_OPTIONS = new KnownNames('option of read()', ['signal']);
const COLLECT_OPTIONS = new KnownNames('option of bytes(), text() and json()', ['maxBytes']);

function maxBytesIn(call: string, options: CollectOptions | undefined): number {
  if (options === undefined) return LIMITS.maxCollectedBytes.value;
  checkOptions(call, options, COLLECT_OPTIONS);
  const { maxBytes = LIMITS.maxCollectedBytes.value } = options;
  if (typeof maxBytes === 'number' && maxBytes >= 0) return maxBytes;
  throw new RangeError(`maxBytes: must be a number, 0 or more (got ${describeValue(maxBytes)})`);
}

function asItIs(bytes: Buffer): Buffer {
  return bytes;
}

let feedIn: (body: IncomingBody) => BodyFeed;

/** The session's side of a body. */
export function feedOf(body: IncomingBody): BodyFeed {
  return feedIn(body);
}

/**
 * The body of a message that is being received.
 *
 * Nothing is read before you ask for it, and what you do not ask for holds the peer back. One read at a time.
 *
 * @example
 * ```ts
 * const { body } = await session.request({ path: '/log' });
 * for await (const piece of body) process.stdout.write(piece);
 * ```
 */
export class IncomingBody implements AsyncIterable<Buffer> {
  readonly #feed: BodyFeed;

  static {
    feedIn = (body) => body.#feed;
  }

  /** @internal */
  constructor(core: SessionCore, owner: BodyOwner, reader: BodyReader) {
    this.#feed = new BodyFeed(core, owner, reader);
  }

  /** Whether the whole body has been read. */
  get complete(): boolean {
    return this.#feed.reader.complete;
  }

  /** Bytes that are still to come; -1 when only the peer knows. */
  get remaining(): number {
    return this.#feed.reader.remaining;
  }

  /** The trailer fields once the body is complete; `null` when there are none. */
  get trailer(): MessageHeader | null {
    return this.#feed.reader.trailer ?? null;
  }

  /**
   * The next piece, or `null` when the body is complete. After an aborted read the body continues where it was.
   *
   * @throws IncompleteMessageError, RemoteProtocolError, TimeoutError (`receive`; on a server `bodyProgress`,
   * `continue`, `message`), NetworkError, AbortedError; InvalidStateError while another read of the body is pending.
   */
  read(options?: ReadOptions): Promise<Buffer | null> {
    const feed = this.#feed;
    if (options === undefined) return quietly(feed.next('read()'));
    try {
      checkOptions('read()', options, READ_OPTIONS);
      const { signal } = options;
      if (signal !== undefined && !(signal instanceof AbortSignal)) {
        throw new TypeError(`signal: must be an AbortSignal (got ${describeValue(signal)})`);
      }
      return quietly(feed.next('read()', signal));
    } catch (error) {
      return feed.misused(error);
    }
  }

  /**
   * The rest of the body in one piece. A body is consumed once: after its end every call but `read` rejects.
   *
   * @throws RemoteProtocolError (status 413) when it is longer than `maxBytes`; InvalidStateError when the body was
   * consumed already; TypeError, RangeError for wrong options; and what `read` throws.
   */
  bytes(options?: CollectOptions): Promise<Buffer> {
    return this.#collect('bytes()', options, asItIs);
  }

  /** The rest of the body as UTF-8 text, without a byte order mark. @throws what `bytes` throws. */
  text(options?: CollectOptions): Promise<string> {
    return this.#collect('text()', options, textOf);
  }

  /**
   * The rest of the body, parsed as JSON.
   *
   * @throws RemoteProtocolError (`ERR_HTTP_SESSION_BAD_JSON`, status 400) when it is malformed; and what `bytes` throws.
   */
  json(options?: CollectOptions): Promise<unknown> {
    return this.#collect('json()', options, (bytes) => this.#feed.parse(bytes));
  }

  #collect<TResult>(
    call: string,
    options: CollectOptions | undefined,
    convert: (bytes: Buffer) => TResult,
  ): Promise<TResult> {
    const feed = this.#feed;
    let maxBytes: number;
    try {
      maxBytes = maxBytesIn(call, options);
      feed.claim(call);
    } catch (error) {
      return feed.misused(error);
    }
    const whole = feed.takeWhole(call, maxBytes);
    if (whole === null) return quietly(feed.collect(call, maxBytes).then(convert));
    try {
      return Promise.resolve(convert(whole));
    } catch (error) {
      return quietly(Promise.reject(error as Error));
    }
  }

  /** The pieces as they arrive. Left early, the rest stays unread. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    const next = (): Promise<Buffer | null> => this.#feed.claimed('for await');
    for (let piece = await next(); piece !== null; piece = await next()) yield piece;
  }

  /** The body as a Node.js stream; its back-pressure reaches the peer. Destroyed early, it leaves the rest unread. */
  readable(): Readable {
    return pullReadable((signal) => this.#feed.claimed('readable()', signal));
  }

  /** The body as a web stream; its back-pressure reaches the peer. Cancelled early, it leaves the rest unread. */
  stream(): ReadableStream<Uint8Array> {
    return pullWebStream((signal) => this.#feed.claimed('stream()', signal));
  }
}

/** A message as it is received, by either role: the head is complete, the body is read on demand. */
export abstract class ReceivedMessage implements AsyncIterable<Buffer> {
  /** The head as a message, with all its members. */
  abstract readonly message: HTTPMessage;
  /** The body. POCO: the stream that comes with the message. */
  abstract readonly body: IncomingBody;

  /** The first value of a field, names being case-insensitive; `undefined` when it is absent. POCO: `get`. */
  get(name: string): string | undefined {
    return this.message.get(name);
  }

  /** Whether a field is present. POCO: `has`. */
  has(name: string): boolean {
    return this.message.has(name);
  }

  /** The body in one piece. See `IncomingBody.bytes`. */
  bytes(options?: CollectOptions): Promise<Buffer> {
    return this.body.bytes(options);
  }

  /** The body as UTF-8 text. See `IncomingBody.text`. */
  text(options?: CollectOptions): Promise<string> {
    return this.body.text(options);
  }

  /** The body parsed as JSON. See `IncomingBody.json`. */
  json(options?: CollectOptions): Promise<unknown> {
    return this.body.json(options);
  }

  /** The pieces of the body as they arrive. */
  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return this.body[Symbol.asyncIterator]();
  }
}
