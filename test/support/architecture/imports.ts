import { posix } from 'node:path';
import ts from 'typescript';

import type { Source } from './source.js';
import { nodesOf, parse, placeOf } from './syntax.js';

/** One import of a source, in whatever form: type-only, re-export, dynamic, `import()` type, `require`. */
export interface Import {
  readonly place: string;
  /** What is written between the quotes; `null` when it is computed. */
  readonly specifier: string | null;
  /** The source that a relative specifier leads to, as a path from the root; `null` for packages. */
  readonly target: string | null;
  /** Whether it leaves nothing behind when the types are erased. */
  readonly isTypeOnly: boolean;
}

/** Every import of a source. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  for (const node of nodesOf(parse(source))) {
    const named = moduleNamedBy(node);
    if (named === undefined) continue;
    const specifier = ts.isStringLiteralLike(named) ? named.text : null;
    found.push({
      place: placeOf(node),
      specifier,
      target: resolve(source.path, specifier),
      isTypeOnly: isErased(node),
    });
  }
  return found;
}

function moduleNamedBy(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node;
  if (ts.isCallExpression(node) && loadsModules(node.expression)) return node.arguments[0] ?? node;
  return undefined;
}

function isErased(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  if (!ts.isImportDeclaration(node) || node.importClause === undefined) return false;
  const { phaseModifier, name, namedBindings } = node.importClause;
  if (phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = namedBindings !== undefined && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
  return name === undefined && named.length > 0 && named.every((element) => element.isTypeOnly);
}

function loadsModules(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(callee)) return callee.text === 'require';
  return ts.isPropertyAccessExpression(callee) && callee.name.text === 'getBuiltinModule';
}

function resolve(from: string, specifier: string | null): string | null {
  if (specifier?.startsWith('.') !== true) return null;
  return posix.join(posix.dirname(from), specifier).replace(/\.js(x?)$/, '.ts$1');
}
