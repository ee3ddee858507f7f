import { describeValue } from '../errors/index.js';
import {
  HTTPClientSession,
  HTTPSClientSession,
  quietly,
  type HTTPSClientSessionOptions,
} from '../session/index.js';
import { systemClock } from '../transport/index.js';
import type { ProxyOption } from './proxy/proxy-config.js';
import { normalizedHost } from './proxy/no-proxy.js';
import { checkProxy, routeOf } from './proxy/proxy-route.js';
import { portOf } from './pool/request-target.js';
import { refuseToConnect } from './proxy/tunnel.js';
import { tunnelOpener } from './proxy/tunnel-opener.js';

/** Makes the sessions of one scheme. POCO: `HTTPSessionInstantiator`. */
export interface HTTPSessionInstantiator {
  /**
   * Makes a session for a URL, not connected.
   *
   * @param options - what the factory was made with.
   */
  createClientSession(url: URL, options: HTTPSClientSessionOptions): HTTPClientSession;
}

const BUILT_IN: Readonly<Record<string, HTTPSessionInstantiator>> = {
  http: {
    createClientSession: (url, { tls: _tls, ...options }) =>
      new HTTPClientSession(normalizedHost(url.hostname), portOf(url), options),
  },
  https: {
    createClientSession: (url, options) =>
      new HTTPSClientSession(normalizedHost(url.hostname), portOf(url), options),
  },
};

/**
 * Makes client sessions by the scheme of a URL. It knows `http` and `https`; register what else you have, or your own way to
 * make one of these. It is the option `sessions` of a client. POCO: `HTTPSessionFactory`.
 *
 * @example
 * ```ts
 * const factory = new HTTPSessionFactory({ receiveTimeout: 10_000 });
 * factory.setProxy('http://proxy.example:3128');
 * const session = await factory.openClientSession('https://api.example/');
 * console.log((await session.request({ path: '/orders' })).status);
 * session.close();
 * ```
 */
export class HTTPSessionFactory {
  readonly #options: HTTPSClientSessionOptions;
  readonly #instantiators = new Map(Object.entries(BUILT_IN));
  #proxy: ProxyOption | undefined;

  /** @param options - of the sessions; they are checked with the first session that is made. */
  constructor(options: HTTPSClientSessionOptions = {}) {
    if (typeof options !== 'object' || (options as unknown) === null) {
      throw new TypeError(
        `new HTTPSessionFactory(): the options must be an object (got ${describeValue(options)})`,
      );
    }
    this.#options = options;
  }

  /**
   * Has an instantiator make the sessions of a scheme; the two that are there at first can be replaced.
   *
   * @param scheme - without a colon: `https`.
   * @throws TypeError for a malformed scheme, and for what is no instantiator.
   *
   * POCO: `registerProtocol`, which refuses a scheme that is registered.
   */
  registerProtocol(scheme: string, instantiator: HTTPSessionInstantiator): void {
    const name = schemeOf(scheme);
    if (
      typeof (Object(instantiator) as Partial<HTTPSessionInstantiator>).createClientSession !== 'function'
    ) {
      throw new TypeError(
        `registerProtocol(): must have createClientSession() (got ${describeValue(instantiator)})`,
      );
    }
    this.#instantiators.set(name, instantiator);
  }

  /** Forgets a scheme. @throws TypeError for one that is not registered. POCO: `unregisterProtocol`. */
  unregisterProtocol(scheme: string): void {
    if (!this.#instantiators.delete(schemeOf(scheme))) throw this.#unknown('unregisterProtocol()', scheme);
  }

  /** Whether sessions of a scheme can be made. POCO: `supportsProtocol`. */
  supportsProtocol(scheme: string): boolean {
    return this.#instantiators.has(schemeOf(scheme));
  }

  /** Which proxy leads to URLs; `undefined` for none. POCO: `proxyHost` and the like. */
  getProxy(): ProxyOption | undefined {
    return this.#proxy;
  }

  /** Sets the proxy; `undefined` for none. @throws TypeError, RangeError for a malformed one. POCO: `setProxy`. */
  setProxy(proxy: ProxyOption | undefined): void {
    checkProxy(proxy);
    this.#proxy = proxy;
  }

  /**
   * Makes a session for a URL that connects when it is first used. Where a proxy leads to the URL, it does not connect by
   * itself, for it would go past the proxy: `openClientSession()` goes through it, and so does a client.
   *
   * @throws TypeError for a malformed URL, or a scheme that is not registered. POCO: `createClientSession`.
   */
  createClientSession(url: URL | string): HTTPClientSession {
    const target = urlOf(url);
    const session = this.#make(target);
    if (routeOf(target, this.#proxy) !== null) {
      refuseToConnect(session, 'a proxy leads to this URL; use openClientSession()');
    }
    return session;
  }

  /**
   * Makes a session for a URL and connects it, through a tunnel where a proxy leads to it.
   *
   * @throws ProxyError, NetworkError, TimeoutError (`connect`); TypeError as `createClientSession` does.
   */
  openClientSession(url: URL | string): Promise<HTTPClientSession> {
    return quietly(this.#open(url));
  }

  async #open(url: URL | string): Promise<HTTPClientSession> {
    const target = urlOf(url);
    const session = this.#make(target);
    const route = routeOf(target, this.#proxy, true);
    if (route === null) {
      await session.connect({ host: session.getHost(), port: session.getPort() });
      return session;
    }
    const sessions = { createClientSession: () => session };
    const { clock = systemClock } = this.#options;
    const opener = tunnelOpener(
      route,
      { url: target, key: route.key },
      { session: this.#options, sessions, clock },
    );
    return new Promise((opened, failed) => {
      opener.open({ connectTimeout: session.getConnectTimeout(), opened, failed });
    });
  }

  #make(url: URL): HTTPClientSession {
    const scheme = url.protocol.slice(0, -1);
    const instantiator = this.#instantiators.get(scheme);
    if (instantiator === undefined) throw this.#unknown('createClientSession()', scheme);
    const session: unknown = instantiator.createClientSession(url, this.#options);
    if (session instanceof HTTPClientSession) return session;
    throw new TypeError(
      `createClientSession(): ${scheme} made no HTTPClientSession (got ${describeValue(session)})`,
    );
  }

  #unknown(call: string, scheme: string): TypeError {
    const known = [...this.#instantiators.keys()].join(', ');
    return new TypeError(`${call}: unknown scheme ${describeValue(scheme)}; expected one of ${known}`);
  }
}

function schemeOf(scheme: unknown): string {
  if (typeof scheme === 'string' && /^[a-z][a-z\d+.-]*$/i.test(scheme)) return scheme.toLowerCase();
  throw new TypeError(`scheme: must be the name of a scheme, such as "https" (got ${describeValue(scheme)})`);
}

function urlOf(url: unknown): URL {
  if (url instanceof URL) return url;
  if (typeof url === 'string' && URL.canParse(url)) return new URL(url);
  // The text may have a password in it.
  throw new TypeError(
    `createClientSession(): the URL must be absolute (got ${typeof url === 'string' ? 'a text that cannot be parsed' : describeValue(url)})`,
  );
}
