import type { HTTPClientSession } from '../../session/index.js';
import type { Opening, SessionOpener } from '../pool/session-opener.js';
import type { ProxyRoute } from './proxy-route.js';
import { Tunnel } from './tunnel.js';
import type { TunnelOptions, TunnelTarget } from './tunnel-options.js';

/**
 * Opens sessions that lead to an origin through a tunnel.
 *
 * @param route - a route of kind `tunnel` to the target.
 */
export function tunnelOpener(
  route: ProxyRoute,
  target: TunnelTarget,
  options: TunnelOptions,
): SessionOpener<HTTPClientSession> {
  return {
    open: (opening: Opening<HTTPClientSession>) => {
      const tunnel = new Tunnel(route, target, options, opening);
      return () => {
        tunnel.cancel();
      };
    },
  };
}
