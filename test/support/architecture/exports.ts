import ts from 'typescript';

import type { Source } from './source.js';
import { nodesOf, parse, placeOf } from './syntax.js';

/** The places of default exports, in whatever form. */
export function defaultExports(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => [...nodesOf(parse(source))].filter(isDefaultExport).map(placeOf));
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === 'default';
  return node.kind === ts.SyntaxKind.DefaultKeyword && ts.isStatement(node.parent);
}
