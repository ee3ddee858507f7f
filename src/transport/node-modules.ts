import type { Cluster, Worker } from 'node:cluster';
import type * as NodeFs from 'node:fs';
import type * as NodeNet from 'node:net';
import type * as NodeTls from 'node:tls';

/*
 * An ES import of node:net copies every export into a namespace, and so loads what hides behind lazy getters: a tenth
 * of the start time of a small server. `getBuiltinModule` returns the module as it is.
 */

/** The module node:net. */
export const net: typeof NodeNet = process.getBuiltinModule('node:net');

/** The module node:tls, loaded when it is first needed: that takes a quarter of the start time of a plain server. */
export function nodeTls(): typeof NodeTls {
  return process.getBuiltinModule('node:tls');
}

/** The module node:fs, which only the paths of Unix domain sockets need. */
export function nodeFs(): typeof NodeFs {
  return process.getBuiltinModule('node:fs');
}

/** The module node:cluster, loaded only where several processes run, because it slows the start down. */
export function nodeCluster(): Cluster {
  return process.getBuiltinModule('node:cluster') as unknown as Cluster;
}

/** This process as a worker of node:cluster; `null` in any other process, a primary included. */
export function clusterWorker(): Worker | null {
  // A worker has a channel to its primary. Without one there is no need to load node:cluster.
  if (process.send === undefined) return null;
  return nodeCluster().worker ?? null;
}
