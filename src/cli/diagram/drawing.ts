import { readFileSync } from 'node:fs';

import { packageFile } from '../../inspector/package-file.js';

/**
 * Reads the finished drawing of a chart. Drawings are laid out when the package is made and shipped in `docs`, so that
 * no layout engine is needed to show them.
 *
 * @throws Error when the file is not there, as in an installation without `docs`.
 */
export function readDrawing(chart: string): string {
  return readFileSync(packageFile(`docs/diagrams/${chart}.svg`), 'utf8');
}
