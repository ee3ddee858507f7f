import {
  createBodyReader,
  DEFAULT_BODY_LIMITS,
  type HTTPResponse,
  type MessageHeader,
  type ResponseHead,
} from '../protocol/index.js';
import { IncomingBody, type BodyOwner, type CollectOptions } from './incoming-body.js';
import type { SessionCore } from './session-core.js';

/** A response as a client receives it: the head is complete, the body is read on demand. */
export class HTTPClientResponse implements AsyncIterable<Buffer> {
  /** The head as a message: all members of `HTTPResponse`. */
  readonly message: HTTPResponse;
  /** The body. */
  readonly body: IncomingBody;

  /** @internal */
  constructor(core: SessionCore, owner: BodyOwner, head: ResponseHead) {
    this.message = head.message;
    this.body = new IncomingBody(core, owner, createBodyReader(head.bodyLength, DEFAULT_BODY_LIMITS));
  }

  /** The status code. POCO: `getStatus`. */
  get status(): number {
    return this.message.status;
  }

  /** The reason phrase as it was sent. POCO: `getReason`. */
  get reason(): string {
    return this.message.reason;
  }

  /** The first value of a field, names being case-insensitive; `undefined` when it is absent. */
  get(name: string): string | undefined {
    return this.message.get(name);
  }

  /** Whether a field is present. */
  has(name: string): boolean {
    return this.message.has(name);
  }

  /** The trailer fields once the body is complete; `null` when there are none. */
  get trailer(): MessageHeader | null {
    return this.body.trailer;
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
