import { LIMITS } from '../../constants.js';
import { AbortedError } from '../../errors/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';
import { feedOf, type BodyFeed } from '../message/incoming-body.js';
import type { ClientExchange } from './client-exchange.js';
import type { HTTPClientSession } from './http-client-session.js';

/**
 * Makes the connection of a client ready for a request: finishes with the response before, and connects when need be.
 * The exchange chart says that a request is being prepared, and whether the user has closed the session meanwhile.
 */
export class RequestPreparation {
  readonly core: SessionCore;
  readonly exchange: ClientExchange;
  readonly #session: HTTPClientSession;
  readonly #canConnect: boolean;

  constructor(session: HTTPClientSession, exchange: ClientExchange, canConnect: boolean) {
    this.core = session.core;
    this.exchange = exchange;
    this.#session = session;
    this.#canConnect = canConnect;
  }

  /**
   * Prepares one request. With `listensFirst` it looks once more whether the server has left meanwhile.
   *
   * @throws InvalidStateError while another request is in progress; AbortedError when the signal is aborted, or the
   * session closed; what `connect` throws.
   */
  async prepare(call: string, listensFirst: boolean, signal?: AbortSignal): Promise<void> {
    const { core, exchange } = this;
    if (core.exchange.tags.has('preparing')) throw core.illegal(call);
    const unread = exchange.isIdle ? null : this.#unreadBody(call);
    if (unread === null && !exchange.isIdle) this.#permitConnecting(call);
    core.advance(EXCHANGE.requestPrepare);
    try {
      if (listensFirst && exchange.isIdle) await pollOnce();
      if (unread !== null) await unread.discard(LIMITS.maxUnreadBodyBytes.value);
      // The caller has learned of it when it happened.
      if (signal?.aborted === true) throw new AbortedError('the request was aborted');
      if (core.exchange.tags.has('cancelled')) {
        throw testify(core, new AbortedError('the session was closed before the request was sent'));
      }
      if (!exchange.isIdle) await this.#reconnect(call);
    } finally {
      core.advance(EXCHANGE.requestPrepared);
    }
  }

  /** What is left to be read of the exchange before. */
  #unreadBody(call: string): BodyFeed | null {
    const { core, exchange } = this;
    const { tags } = core.exchange;
    if (!core.is('usable') || tags.has('over') || tags.has('idle')) return null;
    const { response } = exchange;
    const feed = response === null || tags.has('requesting') ? null : feedOf(response.body);
    if (feed === null || feed.isBeingRead) throw core.illegal(call);
    return feed;
  }

  #permitConnecting(call: string): void {
    if (this.#canConnect && this.#session.getHost() !== '') return;
    throw this.core.exception ?? this.core.illegal(call);
  }

  async #reconnect(call: string): Promise<void> {
    this.#permitConnecting(call);
    if (this.core.is('attached')) this.core.notify({ type: 'session.close' });
    const session = this.#session;
    await session.connect({ host: session.getHost(), port: session.getPort() }, session.getSourceAddress());
  }
}

/** One turn of the event loop, poll phase included: a FIN that is readable has been read after it. */
function pollOnce(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      setImmediate(resolve);
    });
  });
}
