import type { HTTPMessage } from '../../protocol/index.js';
import type { CollectOptions, IncomingBody } from './incoming-body.js';

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
