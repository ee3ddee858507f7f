import type { ListenTarget } from './listener.js';
import { clusterWorker } from './node-cluster.js';

/**
 * Refuses port 0 to a worker of node:cluster that is to close its port for a while. The primary keeps the port that it
 * picked under the name of 0 for all of its workers, and one that comes back by number finds it taken.
 *
 * @throws TypeError
 */
export function requireNamedPort(target: ListenTarget): void {
  if ('path' in target || target.port !== 0 || clusterWorker() === null) return;
  throw new TypeError("in a worker of node:cluster, overload 'stopAccepting' needs a port other than 0");
}
