import { existsSync, readFileSync } from 'node:fs';

/**
 * Reads the finished drawing of a chart. Drawings are laid out when the package is made and shipped in `docs`, so that
 * no layout engine is needed to show them.
 *
 * @throws Error when the file is not there, as in an installation without `docs`.
 */
export function readDrawing(chart: string): string {
  return readFileSync(drawingOf(chart), 'utf8');
}

/* `docs` stands beside `src` in the sources; in the package it stands beside `dist`, which holds another `src`. */
function drawingOf(chart: string): URL {
  const inSources = new URL(`../../../docs/diagrams/${chart}.svg`, import.meta.url);
  return existsSync(inSources)
    ? inSources
    : new URL(`../../../../docs/diagrams/${chart}.svg`, import.meta.url);
}
