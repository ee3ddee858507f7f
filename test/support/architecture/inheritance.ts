import ts from 'typescript';

import type { Source } from './source.js';
import { nodesOf, parse } from './syntax.js';

/** How many classes of ours stand above one another, by class name; a class without a base of ours counts 1. */
export function inheritanceDepths(sources: readonly Source[]): ReadonlyMap<string, number> {
  const bases = new Map(
    sources
      .flatMap((source) => [...nodesOf(parse(source))])
      .filter(ts.isClassDeclaration)
      .map((declared) => [declared.name?.text ?? '', baseOf(declared)]),
  );
  const depthOf = (name: string | undefined): number =>
    name !== undefined && bases.has(name) ? 1 + depthOf(bases.get(name)) : 0;
  return new Map([...bases.keys()].map((name) => [name, depthOf(name)]));
}

function baseOf({ heritageClauses }: ts.ClassDeclaration): string | undefined {
  const clause = heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  return clause?.types[0]?.expression.getText();
}
