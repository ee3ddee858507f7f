import { resolveAddress, type ConnectAddress } from '../../session/index.js';
import type { PoolTarget } from './direct-opener.js';

/** The target of a pool that stands alone. @throws TypeError, RangeError for a malformed address. */
export function poolTarget(address: ConnectAddress): PoolTarget {
  const resolved = resolveAddress(address);
  if ('path' in resolved) {
    return {
      address: { path: resolved.path },
      url: new URL('http://localhost'),
      key: `unix:${resolved.path}`,
    };
  }
  const { host, port, secure = false } = resolved;
  const name = host.includes(':') ? `[${host}]` : host;
  const url = new URL(`${secure ? 'https' : 'http'}://${name}:${String(port)}`);
  return { address: { host, port }, url, key: url.origin };
}
