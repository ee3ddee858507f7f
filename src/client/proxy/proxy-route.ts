import { describeValue } from '../../errors/index.js';
import { normalizedHost } from './no-proxy.js';
import type { ProxyAddress, ProxyOption } from './proxy-config.js';
import { portOf } from '../pool/request-target.js';
import { proxyServerAt, type ProxyServer } from './proxy-server.js';

/** How a request gets to a URL by way of a proxy. */
export class ProxyRoute {
  /** `forward`: the request goes to the proxy, in absolute form. `tunnel`: through the proxy, which sees bytes. */
  readonly kind: 'forward' | 'tunnel';
  /**
   * Connections with the same key are interchangeable as far as the proxy is concerned. It has scheme, host and port, of the
   * proxy and in a tunnel of the origin, and stands for the credentials without showing anything of them.
   */
  readonly key: string;
  /** Scheme, host and port of the proxy. */
  readonly proxy: string;
  readonly #server: ProxyServer;

  /** @internal */
  constructor(kind: ProxyRoute['kind'], server: ProxyServer, url: URL) {
    this.kind = kind;
    this.proxy = server.origin;
    this.#server = server;
    const base = `${kind} ${server.origin} ${server.identity}`;
    this.key = kind === 'forward' ? base : `${base} ${url.protocol}//${url.hostname}:${String(portOf(url))}`;
  }

  /** The URL of the proxy: what the sessions of a forwarding route connect to. */
  get url(): URL {
    return new URL(this.proxy);
  }

  /** @internal */
  server(): ProxyServer {
    return this.#server;
  }
}

/**
 * The way to a URL; `null` when it leads there directly.
 *
 * @param needsTunnel - whether `http:` needs a tunnel as well, such as for an upgrade, which a proxy does not forward.
 * @throws TypeError, RangeError for a malformed proxy; what a function of the user throws.
 */
export function routeOf(url: URL, proxy: ProxyOption | undefined, needsTunnel = false): ProxyRoute | null {
  if (proxy === undefined) return null;
  const address: unknown = typeof proxy === 'function' ? proxy(url) : proxy;
  if (address === null) return null;
  const server = proxyServerAt(checkAddress(address));
  if (server.bypasses({ host: normalizedHost(url.hostname), port: portOf(url) })) return null;
  const isTunnelled = url.protocol !== 'http:' || server.tunnelsAlways || needsTunnel;
  return new ProxyRoute(isTunnelled ? 'tunnel' : 'forward', server, url);
}

/** Checks an option `proxy` when a client is made; a function is asked later. @throws TypeError, RangeError */
export function checkProxy(proxy: unknown): void {
  if (proxy !== undefined && typeof proxy !== 'function') proxyServerAt(checkAddress(proxy));
}

function checkAddress(address: unknown): ProxyAddress {
  if (
    typeof address === 'string' ||
    (typeof address === 'object' && address !== null && !('then' in address))
  ) {
    return address as ProxyAddress;
  }
  throw new TypeError(
    `proxy: must be a URL, a config, or a function that returns one of these or null (got ${
      typeof address === 'string' ? 'a string' : describeValue(address)
    })`,
  );
}
