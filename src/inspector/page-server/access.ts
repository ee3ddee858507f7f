import { net } from '../../transport/node-modules.js';

/** What of a request says where it comes from. */
export interface RequestOrigin {
  get(name: string): string | undefined;
}

/**
 * Who may look. A page that listens on loopback shall not be read by the pages of others that a browser on this machine
 * has open: neither by a name of theirs that resolves to this machine (DNS rebinding), which `Host` gives away, nor by a
 * request or a WebSocket of theirs, which `Origin` does.
 */
export class Access {
  readonly #host: string;

  /** @param host - where the page listens. */
  constructor(host: string) {
    this.#host = host;
  }

  /** Whether the page was asked for under a name that is its own. */
  isOwnHost(request: RequestOrigin): boolean {
    const name = hostnameOf(request.get('Host') ?? '');
    if (name === null) return false;
    if (name === this.#host || isLoopback(name)) return true;
    // Whoever listens on other addresses is known by them; a name could be anybody's.
    return !isLoopback(this.#host) && net.isIP(name) !== 0;
  }

  /** Whether no page of another origin asks. */
  isOwnOrigin(request: RequestOrigin): boolean {
    const site = request.get('Sec-Fetch-Site');
    if (site === 'cross-site' && request.get('Sec-Fetch-Mode') !== 'navigate') return false;
    const origin = request.get('Origin');
    return origin === undefined || origin === `http://${request.get('Host') ?? ''}`;
  }

  /** Whether a program may tell of itself: none in a browser, unless its page comes from this machine. */
  mayReport(request: RequestOrigin): boolean {
    const origin = request.get('Origin');
    if (origin === undefined) return true;
    const name = URL.canParse(origin) ? bare(new URL(origin).hostname) : '';
    return name !== '' && (isLoopback(name) || name === this.#host);
  }
}

/** Without its port and its brackets; `null` for what is none. */
function hostnameOf(host: string): string | null {
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`)
    ? bare(new URL(`http://${host}`).hostname)
    : null;
}

function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** Whether a name or an address is this machine's own, whatever its resolver says (RFC 6761 section 6.3). */
export function isLoopback(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  return net.isIP(name) === 4 && name.startsWith('127.');
}
