import type { Cluster, Worker } from 'node:cluster';

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
