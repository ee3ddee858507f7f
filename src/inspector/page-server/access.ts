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

  /** @param host - the address that the page listens on */
  constructor(host: string) {
    this.#host = host;
  }

  /** Whether the request names the page by one of its own names. */
  isOwnHost(request: RequestOrigin): boolean {
    const name = hostnameOf(request.get('Host') ?? '');
    if (name === null) return false;
    if (name === this.#host || isLoopback(name)) return true;
    // A page on another address is known by its addresses; a name could belong to another site.
    return !isLoopback(this.#host) && net.isIP(name) !== 0;
  }

  /** Whether the request does not come from a page of another origin. */
  isOwnOrigin(request: RequestOrigin): boolean {
    const site = request.get('Sec-Fetch-Site');
    if (site === 'cross-site' && request.get('Sec-Fetch-Mode') !== 'navigate') return false;
    const origin = request.get('Origin');
    return origin === undefined || origin === `http://${request.get('Host') ?? ''}`;
  }

  /** Whether a program may report here. In a browser, only pages from this machine may. */
  mayReport(request: RequestOrigin): boolean {
    const origin = request.get('Origin');
    if (origin === undefined) return true;
    const name = URL.canParse(origin) ? bare(new URL(origin).hostname) : '';
    return name !== '' && (isLoopback(name) || name === this.#host);
  }
}

/** The host without port and brackets; `null` if it is not valid. */
function hostnameOf(host: string): string | null {
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`)
    ? bare(new URL(`http://${host}`).hostname)
    : null;
}

function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** Whether a name or an address is loopback, regardless of the resolver (RFC 6761 section 6.3). */
export function isLoopback(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  return net.isIP(name) === 4 && name.startsWith('127.');
}
