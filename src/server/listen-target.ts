import { checkOptions, describeValue, KnownNames } from '../errors/index.js';
import { checkHost, checkPort } from '../session/core/address.js';
import type { ListenTarget } from '../transport/index.js';

const OPTIONS = new KnownNames('option of listen()', ['host', 'port', 'path', 'backlog', 'tls']);

/**
 * Checks where to listen, in any of its forms: an object, or a port and a host.
 *
 * @throws TypeError, RangeError
 */
export function listenTarget(target: ListenTarget | number, host?: string): ListenTarget {
  if (typeof target === 'number') {
    const port = checkPort(target, 0);
    return host === undefined ? { port } : { port, host: checkHost(host) };
  }
  if (typeof target !== 'object') {
    throw new TypeError(
      `listen(): must be a port, or an object such as { port: 8080 } or { path } (got ${describeValue(target)})`,
    );
  }
  checkOptions('listen()', target, OPTIONS);
  const { port, path } = target as { readonly port?: unknown; readonly path?: unknown };
  if ((port === undefined) === (path === undefined)) {
    throw new TypeError('listen(): needs either a port or a path');
  }
  if (port !== undefined) checkPort(port, 0);
  else if (typeof path !== 'string' || path === '') {
    throw new TypeError(`path: must be a non-empty string (got ${describeValue(path)})`);
  }
  if (target.tls !== undefined) checkTls(target.tls);
  return target;
}

/** Options of TLS are those of Node.js, which checks them; the routes are ours. */
function checkTls(tls: unknown): void {
  if (typeof tls !== 'object' || tls === null) {
    throw new TypeError(`tls: must be an object of TLS options (got ${describeValue(tls)})`);
  }
  const { alpn = {} } = tls as { readonly alpn?: Readonly<Record<string, unknown>> };
  for (const [protocol, route] of Object.entries(alpn)) {
    if (typeof route === 'function') continue;
    throw new TypeError(`tls.alpn.${protocol}: must be a function (got ${describeValue(route)})`);
  }
}
