import type { Duplex } from 'node:stream';

import { HTTPS_PORT } from '../../constants.js';
import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import type { TLSOptions } from '../../transport/index.js';
import { CLIENT_OPTIONS, type HTTPClientSessionOptions } from './client-session-options.js';
import { HTTPClientSession } from './http-client-session.js';

/** Options of an HTTPS client session. */
export interface HTTPSClientSessionOptions extends HTTPClientSessionOptions {
  /** Options for `tls.connect`: certificates, `servername`, `rejectUnauthorized` and the like. */
  readonly tls?: TLSOptions | undefined;
}

const KNOWN_OPTIONS = new KnownNames('option of new HTTPSClientSession()', [...CLIENT_OPTIONS, 'tls']);

/**
 * A client session over TLS. POCO: `HTTPSClientSession`.
 *
 * @example
 * ```ts
 * await using session = new HTTPSClientSession('example.org', 443, { receiveTimeout: 10_000 });
 * const response = await session.request({ path: '/' });
 * console.log(response.status, await response.text());
 * ```
 */
export class HTTPSClientSession<TData = unknown> extends HTTPClientSession<TData> {
  /** The default port. POCO: `HTTPS_PORT`. */
  static override readonly HTTPS_PORT = HTTPS_PORT;
  readonly #tls: TLSOptions;

  /**
   * @param host - host name or address, or a connected TLS socket to use as it is.
   * @param port - 443 by default.
   */
  constructor(host: string | Duplex = '', port?: number, options: HTTPSClientSessionOptions = {}) {
    checkOptions('new HTTPSClientSession()', options, KNOWN_OPTIONS);
    const { tls = {}, ...others } = options;
    if (typeof tls !== 'object') {
      throw new TypeError(`tls: must be an object of options for tls.connect (got ${describeValue(tls)})`);
    }
    super(host, port, others);
    this.#tls = tls;
  }

  /** @internal */
  protected override get defaultPort(): number {
    return HTTPS_PORT;
  }

  /** Always `true`. POCO: `secure`. */
  override secure(): boolean {
    return true;
  }

  /** @internal */
  override tlsOptionsFor(): TLSOptions {
    return this.#tls;
  }
}
