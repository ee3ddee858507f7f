import type { HTTPSessionError } from '../../errors/index.js';
import type { BodyReader, ReceiveBuffer } from '../../protocol/index.js';
import { nextPiece, type BodyConsumer } from './body-consumers.js';
import type { BodyFeed } from './body-feed.js';

type Result = IteratorResult<Buffer, void>;

const DONE: Result = Object.freeze({ done: true, value: undefined });

function ignore(): void {
  // The one who called gets the error.
}

/**
 * What `for await` asks for the pieces of a body. It is what an async generator would be, calls that overlap included,
 * and half its cost: the iterator is the consumer itself, and a piece takes one promise.
 */
export class BodyIterator implements AsyncGenerator<Buffer, void, undefined>, BodyConsumer {
  /** `null` once the iteration is over. */
  #feed: BodyFeed | null;
  /** The piece that is waited for. */
  #current: Promise<Result> | null = null;
  /** The last of the calls that wait for those before them; mostly there are none. */
  #last: Promise<Result> | null = null;
  #resolve: (result: Result) => void = ignore;
  #reject: (error: HTTPSessionError) => void = ignore;

  constructor(feed: BodyFeed) {
    this.#feed = feed;
  }

  next(): Promise<Result> {
    return this.#before === null ? this.#pull() : this.#afterwards(() => this.#pull());
  }

  /** Left early, the rest stays unread. */
  return(value?: void | PromiseLike<void>): Promise<Result> {
    return this.#before === null ? this.#end(value) : this.#afterwards(() => this.#end(value));
  }

  throw(error: unknown): Promise<Result> {
    const reason: Error = error as Error;
    const fail = (): Promise<Result> => {
      this.#feed = null;
      return Promise.reject(reason);
    };
    return this.#before === null ? fail() : this.#afterwards(fail);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #pull(): Promise<Result> {
    const feed = this.#feed;
    if (feed === null) return Promise.resolve(DONE);
    const result = new Promise<Result>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#current = result;
    feed.pull('for await', this);
    return result;
  }

  async #end(value: void | PromiseLike<void>): Promise<Result> {
    this.#feed = null;
    await value;
    return DONE;
  }

  /** What a further call has to wait for. */
  get #before(): Promise<Result> | null {
    return this.#last ?? this.#current;
  }

  /** Makes a call once those before it are settled, whatever became of them. */
  #afterwards(call: () => Promise<Result>): Promise<Result> {
    const result = (this.#before as Promise<Result>).then(ignore, ignore).then(call);
    this.#last = result;
    const forget = (): void => {
      if (this.#last === result) this.#last = null;
    };
    result.then(forget, forget);
    return result;
  }

  takeFrom(reader: BodyReader, buffer: ReceiveBuffer): boolean {
    const value = nextPiece(this.#feed as BodyFeed, reader, buffer);
    if (value === undefined) return false;
    this.#current = null;
    this.#resolve({ done: false, value });
    return true;
  }

  finish(): void {
    this.#current = null;
    this.#feed = null;
    this.#resolve(DONE);
  }

  /** Where the piece is not awaited, the error ends no process. */
  fail(error: HTTPSessionError): void {
    this.#current?.then(undefined, ignore);
    this.#current = null;
    this.#feed = null;
    this.#reject(error);
  }
}
