import { poolSettings, type HTTPPoolOptions } from '../../../src/client/client-options.js';
import { nextClientId } from '../../../src/client/diagnostics.js';
import { PoolOfClient, type HTTPPool } from '../../../src/client/http-pool.js';
import { Ceiling } from '../../../src/client/pool/ceiling.js';
import { poolTarget } from '../../../src/client/pool/pool-target.js';
import type { HTTPServer } from '../../../src/server/index.js';
import { HTTPClientSession } from '../../../src/session/index.js';
import { createMemoryPair, type VirtualClock } from '../../../src/transport/index.js';

/**
 * A pool whose connections to a server are in memory, and in virtual time.
 *
 * @param latency - how long bytes are on their way, in milliseconds.
 */
export function memoryPool(
  server: HTTPServer,
  clock: VirtualClock,
  options: HTTPPoolOptions = {},
  latency = 0,
): HTTPPool {
  const settings = poolSettings({ ...options, clock });
  return new PoolOfClient({
    clientId: nextClientId(),
    target: poolTarget('http://server.test'),
    settings,
    ceiling: new Ceiling(Infinity),
    used: () => undefined,
    isOver: () => false,
    opener: {
      open: (opening) => {
        let isCancelled = false;
        queueMicrotask(() => {
          if (isCancelled) return;
          const pair = createMemoryPair({ clock });
          if (latency > 0) {
            pair.client.delay(latency);
            pair.server.delay(latency);
          }
          server.serve(pair.server);
          opening.opened(new HTTPClientSession(pair.client, 80, settings.session));
        });
        return () => {
          isCancelled = true;
        };
      },
    },
  });
}
