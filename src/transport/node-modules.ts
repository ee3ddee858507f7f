import type { Cluster, Worker } from 'node:cluster';
import type * as NodeNet from 'node:net';
import type * as NodeTls from 'node:tls';

/*
 * An ES import of node:net copies every export of it into a namespace, and so loads what hides behind lazy getters: a
 * tenth of the time in which a small server starts. Asked for by name the module comes as it is.
 */

/** The module node:net. */
export const net: typeof NodeNet = process.getBuiltinModule('node:net');

/** The module node:tls, loaded when it is first needed: it takes a quarter of the time in which a plain server starts. */
export function nodeTls(): typeof NodeTls {
  return process.getBuiltinModule('node:tls');
}

/** node:cluster, for those alone who run several processes: loading it takes its share of the start of a server. */
export function nodeCluster(): Cluster {
  return process.getBuiltinModule('node:cluster') as unknown as Cluster;
}

/** The worker that this process is; `null` in a process of its own, and in a primary. */
export function clusterWorker(): Worker | null {
  // A worker has a channel to its primary; without one, there is no need to load node:cluster and ask.
  if (process.send === undefined) return null;
  return nodeCluster().worker ?? null;
}
