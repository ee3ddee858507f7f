import { posix } from 'node:path';

import { importsOf } from './imports.js';
import type { Source } from './source.js';

/**
 * Cycles among the sources, each as `a -> b -> a`; one for each import that closes one. Imports of types count, except
 * between two files of one folder: a room may know its own.
 */
export function importCycles(sources: readonly Source[]): string[] {
  const graph = new Map(sources.map((source) => [source.path, targetsOf(source)]));
  const done = new Set<string>();
  const cycles: string[] = [];

  const visit = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt !== -1) cycles.push([...trail.slice(seenAt), path].join(' -> '));
    if (seenAt !== -1 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };

  for (const path of graph.keys()) visit(path, []);
  return cycles;
}

function targetsOf(source: Source): string[] {
  const isInRoom = (target: string): boolean => posix.dirname(target) === posix.dirname(source.path);
  return importsOf(source).flatMap(({ target, isTypeOnly }) =>
    target === null || (isTypeOnly && isInRoom(target)) ? [] : [target],
  );
}
