import { describeValue } from '../../errors/index.js';
import { net } from '../../transport/index.js';

/** The header fields of a request, which say where it comes from. */
export interface RequestOrigin {
  get(name: string): string | undefined;
}

/**
 * Decides who may read the page. Pages of other origins, open in a browser on this machine, must not read it: neither
 * under a name of theirs that resolves to this machine (DNS rebinding; `Host` shows it), nor by a request or a WebSocket
 * of theirs (`Origin` shows it).
 */
export class Access {
  readonly #host: string;
  readonly #allowed: ReadonlySet<string>;

  /**
   * @param host - the address that the page listens on
   * @param allowedHosts - other names of the page
   * @throws TypeError for what is not a list of names
   */
  constructor(host: string, allowedHosts: readonly string[] = []) {
    this.#host = host;
    this.#allowed = checkedNames(allowedHosts);
  }

  /** The names of the page beside those of this machine. */
  get allowedHosts(): Iterable<string> {
    return this.#allowed;
  }

  /** Whether the request names the page by one of its own names. */
  isOwnHost(request: RequestOrigin): boolean {
    const name = hostnameOf(request.get('Host') ?? '');
    if (name === null) return false;
    if (this.#isNamed(name)) return true;
    // A page on another address is known by its addresses; a name could belong to another site.
    return !isLoopback(this.#host) && net.isIP(name) !== 0;
  }

  #isNamed(name: string): boolean {
    return name === this.#host || isLoopback(name) || this.#allowed.has(name);
  }

  /** Why the request is refused for its `Host`, and what to do. */
  refusalOfHost(request: RequestOrigin): string {
    const name = hostnameOf(request.get('Host') ?? '');
    if (name === null) return 'The field Host is missing or not valid.';
    return `The host "${name}" is not a name of this page. If it should be, allow it: ${howToAllow(name)}.`;
  }

  /** Whether the request does not come from a page of another origin. */
  isOwnOrigin(request: RequestOrigin): boolean {
    const site = request.get('Sec-Fetch-Site');
    if (site === 'cross-site' && request.get('Sec-Fetch-Mode') !== 'navigate') return false;
    const origin = request.get('Origin');
    if (origin === undefined || origin === `http://${request.get('Host') ?? ''}`) return true;
    // Behind a proxy, which may end TLS, or name itself as the host. Other ports of that name are other pages.
    const host = origin.replace(/^https?:\/\//, '');
    const isProxied = host === request.get('Host') || !/:\d+$/.test(host);
    return isProxied && this.#allowed.has(nameOfOrigin(origin) ?? '');
  }

  /** Whether a program may report here. In a browser, only pages from this machine or an allowed host may. */
  mayReport(request: RequestOrigin): boolean {
    const origin = request.get('Origin');
    return origin === undefined || this.isTrustedOrigin(origin);
  }

  /** Whether the pages of an origin may report here, over a WebSocket or as the window that opened the page. */
  isTrustedOrigin(origin: string): boolean {
    const name = nameOfOrigin(origin);
    return name !== null && this.#isNamed(name);
  }

  /** Why pages of an origin may not report here, and what to do. */
  refusalOfOrigin(origin: string): string {
    const name = nameOfOrigin(origin);
    if (name === null) return 'Programs without an origin of their own may not report to this page.';
    return `Pages of the host "${name}" may not report to this page. If they should, allow it: ${howToAllow(name)}.`;
  }
}

function howToAllow(name: string): string {
  return `InspectorPage.open({ allowedHosts: ['${name}'] }), or --allow-host ${name} of http-session inspect and serve`;
}

function checkedNames(allowedHosts: readonly unknown[]): ReadonlySet<string> {
  if (!Array.isArray(allowedHosts)) {
    throw new TypeError(`allowedHosts: must be an array of host names (got ${describeValue(allowedHosts)})`);
  }
  return new Set(
    allowedHosts.map((given) => {
      const name = typeof given === 'string' && !/:\d+$/.test(given) ? hostnameOf(given) : null;
      if (name !== null) return name;
      throw new TypeError(
        `allowedHosts: must be host names without scheme and port (got ${describeValue(given)})`,
      );
    }),
  );
}

/** The host without port and brackets; `null` if it is not valid. */
function hostnameOf(host: string): string | null {
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`)
    ? bare(new URL(`http://${host}`).hostname)
    : null;
}

/** The host of a page that is named as an origin, as browsers do: `http://localhost:3000`. */
function nameOfOrigin(origin: string): string | null {
  if (!/^https?:\/\/[^/?#\\@\s]+$/.test(origin) || !URL.canParse(origin)) return null;
  return bare(new URL(origin).hostname);
}

/** Without the brackets of an address, and without the dot of the root, which names the same host. */
function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.replace(/\.$/, '');
}

/** Whether a name or an address is loopback, regardless of the resolver (RFC 6761 section 6.3). */
export function isLoopback(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  return net.isIP(name) === 4 && name.startsWith('127.');
}
