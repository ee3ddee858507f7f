import { NetworkError, HTTPSessionError } from '../../errors/index.js';
import { HTTPClientSession, HTTPSClientSession, type ConnectAddress } from '../../session/index.js';
import type { PoolSettings } from '../client-options.js';
import { portOf } from './request-target.js';
import type { Opening, SessionOpener } from './session-opener.js';
import type { TLSSessions } from './tls-sessions.js';

/** Where a pool leads to. */
export interface PoolTarget {
  /** What the sessions connect to. */
  readonly address: ConnectAddress;
  /** Scheme, host and port, for the Host field, TLS and those who make sessions. */
  readonly url: URL;
  /** What tells this pool from others of a client; has no credentials in it. */
  readonly key: string;
}

/** Opens sessions that lead straight to the origin. */
export class DirectOpener implements SessionOpener<HTTPClientSession> {
  readonly #target: PoolTarget;
  readonly #settings: PoolSettings;
  readonly #tlsSessions: TLSSessions;
  /** Taken out of the URL once: each session would keep a copy. */
  readonly #host: string;

  constructor(target: PoolTarget, settings: PoolSettings, tlsSessions: TLSSessions) {
    this.#target = target;
    this.#host = bareHost(target.url);
    this.#settings = settings;
    this.#tlsSessions = tlsSessions;
  }

  open(opening: Opening<HTTPClientSession>): () => void {
    let session: HTTPClientSession | null = null;
    let isPending = true;
    const settle = (): boolean => {
      const wasPending = isPending;
      isPending = false;
      return wasPending;
    };
    const fail = (error: unknown): void => {
      if (!settle()) return;
      session?.dispose();
      opening.failed(asSessionError(error));
    };
    try {
      const made = this.#session();
      session = made;
      made.setConnectTimeout(opening.connectTimeout);
      made.connect(this.#target.address).then(() => {
        if (!settle()) return;
        if (made.secure()) this.#tlsSessions.keepFrom(made.socket(), this.#target.key);
        opening.opened(made);
      }, fail);
    } catch (error) {
      // A factory of the user's may throw.
      queueMicrotask(() => {
        fail(error);
      });
    }
    return () => {
      if (settle()) session?.dispose();
    };
  }

  #session(): HTTPClientSession {
    const { url, key } = this.#target;
    const { sessions, session: options } = this.#settings;
    if (sessions !== undefined) return sessions.createClientSession(url);
    const { tls, ...plain } = options;
    const host = this.#host;
    if (url.protocol !== 'https:') return new HTTPClientSession(host, portOf(url), plain);
    const resumed = this.#tlsSessions.get(key);
    return new HTTPSClientSession(host, portOf(url), {
      ...plain,
      tls: resumed === undefined ? tls : { session: resumed, ...tls },
    });
  }
}

/** The host of a URL as sessions take it: an IPv6 address without brackets. */
export function bareHost({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function asSessionError(error: unknown): HTTPSessionError {
  if (error instanceof HTTPSessionError) return error;
  return new NetworkError('the session could not be made', {
    code: 'ERR_HTTP_SESSION_CONNECT',
    cause: error,
  });
}
