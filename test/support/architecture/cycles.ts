import { importsOf } from './imports.js';
import type { Source } from './source.js';

/** Cycles among the sources, type-only imports included, each as `a -> b -> a`; one for each import that closes one. */
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
  return importsOf(source).flatMap(({ target }) => (target === null ? [] : [target]));
}
