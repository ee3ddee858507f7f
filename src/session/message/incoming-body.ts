import type { Readable } from 'node:stream';

import { LIMITS } from '../../constants.js';
import type { BodyReader, HTTPMessage, MessageHeader } from '../../protocol/index.js';
import { CollectConsumer } from './body-consumers.js';
import { BodyFeed } from './body-feed.js';
import { BodyIterator } from './body-iterator.js';
import type { BodyOwner } from './body-owner.js';
import { BodyReadable, bodyWebStream } from './body-streams.js';
import { maxBytesIn, parsedJSON, signalIn, type CollectOptions } from './collecting.js';
import type { ReadOptions } from '../bytes/raw-bytes.js';
import type { SessionCore } from '../core/session-core.js';
import { misuse, quietly } from '../core/unheard.js';

const BYTE_ORDER_MARK = 0xfeff;

/** UTF-8 as text, without a byte order mark: it says how to read what follows, and is no part of that. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

/** The session's side of a body. */
export let feedOf: (body: IncomingBody) => BodyFeed;

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
  readonly #core: SessionCore;
  readonly #feed: BodyFeed;

  static {
    feedOf = (body) => body.#feed;
  }

  /** @internal */
  constructor(core: SessionCore, owner: BodyOwner, reader: BodyReader) {
    this.#core = core;
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
      return quietly(feed.next('read()', signalIn(options)));
    } catch (error) {
      return misuse(error, this.#core.id);
    }
  }

  /**
   * The rest of the body in one piece. A body is consumed once: after its end every call but `read` rejects.
   *
   * @throws RemoteProtocolError (status 413) beyond `maxBytes`; InvalidStateError when it was consumed; what `read` throws.
   */
  bytes(options?: CollectOptions): Promise<Buffer> {
    return this.#collect('bytes()', options, (bytes) => bytes);
  }

  /** The rest of the body as UTF-8 text, without a byte order mark. @throws what `bytes` throws. */
  text(options?: CollectOptions): Promise<string> {
    return this.#collect('text()', options, textOf);
  }

  /** The rest of the body as JSON. @throws RemoteProtocolError (`ERR_HTTP_SESSION_BAD_JSON`, 400); what `bytes` throws. */
  json(options?: CollectOptions): Promise<unknown> {
    return this.#collect('json()', options, (bytes) => parsedJSON(textOf(bytes), this.#core));
  }

  #collect<TResult>(
    call: string,
    options: CollectOptions | undefined,
    convert: (bytes: Buffer) => TResult,
  ): Promise<TResult> {
    const feed = this.#feed;
    let maxBytes: number = LIMITS.maxCollectedBytes.value;
    try {
      if (options !== undefined) maxBytes = maxBytesIn(call, options);
    } catch (error) {
      return misuse(error, this.#core.id);
    }
    const refusal = feed.consumedAlready(call);
    if (refusal !== null) return misuse(refusal, this.#core.id);
    const whole = feed.takeWhole(call, maxBytes);
    if (whole === null) {
      const all = new Promise<Buffer>((resolve, reject) => {
        feed.start(call, new CollectConsumer(feed.reader, maxBytes, resolve, reject));
      });
      return quietly(all.then(convert));
    }
    try {
      return Promise.resolve(convert(whole));
    } catch (error) {
      return quietly(Promise.reject(error as Error));
    }
  }

  /** The pieces as they arrive. Left early, the rest stays unread. */
  [Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    return new BodyIterator(this.#feed);
  }

  /** The body as a Node.js stream; its back-pressure reaches the peer. Destroyed early, it leaves the rest unread. */
  readable(): Readable {
    return new BodyReadable(this.#feed);
  }

  /** The body as a web stream; its back-pressure reaches the peer. Cancelled early, it leaves the rest unread. */
  stream(): ReadableStream<Uint8Array> {
    return bodyWebStream(this.#feed);
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
