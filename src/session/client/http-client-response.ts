import {
  createBodyReader,
  type BodyLimits,
  DEFAULT_BODY_LIMITS,
  readResponseHead,
  type HeadLimits,
  type HTTPResponse,
  type MessageHeader,
  type ResponseHead,
} from '../../protocol/index.js';
import { RemoteProtocolError } from '../../errors/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { BodyOwner } from '../message/body-owner.js';
import { IncomingBody, ReceivedMessage } from '../message/incoming-body.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';

const NO_REDIRECTS: readonly URL[] = Object.freeze([]);

/**
 * A response as a client receives it: the head is complete, the body is read on demand.
 *
 * @example
 * ```ts
 * const response = await session.request({ path: '/orders' });
 * if (response.status === 200) console.log(response.get('ETag'), await response.json());
 * ```
 */
export class HTTPClientResponse extends ReceivedMessage {
  /** The head as a message: all members of `HTTPResponse`. */
  override readonly message: HTTPResponse;
  /** The body. */
  override readonly body: IncomingBody;
  /** The URLs that were redirected from, oldest first. */
  redirects: readonly URL[] = NO_REDIRECTS;
  #url: URL | string | null = null;
  readonly #owner: BodyOwner & { discardResponse?(response: HTTPClientResponse): void };

  /** @internal */
  constructor(
    core: SessionCore,
    owner: BodyOwner,
    head: ResponseHead,
    limits: BodyLimits = DEFAULT_BODY_LIMITS,
  ) {
    super();
    this.message = head.message;
    this.#owner = owner;
    this.body = new IncomingBody(core, owner, createBodyReader(head.bodyLength, limits));
  }

  /** Where it comes from, after redirects; `null` for a response that a session got without a client. */
  get url(): URL | null {
    // Most callers know where they asked, and never look.
    if (typeof this.#url === 'string') this.#url = new URL(this.#url);
    return this.#url;
  }

  /** @internal */
  set url(url: URL | string | null) {
    this.#url = url;
  }

  /** The status code. POCO: `getStatus`. */
  get status(): number {
    return this.message.status;
  }

  /** The reason phrase as it was sent. POCO: `getReason`. */
  get reason(): string {
    return this.message.reason;
  }

  /**
   * Gives up what is left of the body, for a caller who needs the head alone: the connection serves the next request if the
   * rest is small (256 KiB) and comes soon, and is closed otherwise. Reading the body rejects from then on. Does nothing once
   * the body is complete, or while it is being read.
   */
  discard(): void {
    this.#owner.discardResponse?.(this);
  }

  /** The trailer fields once the body is complete; `null` when there are none. */
  get trailer(): MessageHeader | null {
    return this.body.trailer;
  }
}

/**
 * Takes the next head of a response out of the buffer of a session; `undefined` when it is not complete. One that is
 * malformed ends the connection.
 */
export function nextHead(
  core: SessionCore,
  offersSwitch: boolean,
  limits: HeadLimits,
): ResponseHead | undefined {
  try {
    return readResponseHead(core.buffer, { method: core.requestMethod, offersSwitch }, limits);
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    testify(core, error, 'parse');
    core.advance(EXCHANGE.exchangeFail);
    core.fail(error, 'parse');
    return undefined;
  }
}
