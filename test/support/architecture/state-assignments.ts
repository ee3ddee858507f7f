import ts from 'typescript';

import type { Source } from './source.js';
import { nodesOf, parse, placeOf } from './syntax.js';

const STATE_LIKE = /^[#_]*(state|stateValue|currentState|readyState|lifecycle|phase)$/;

/**
 * Places where a source keeps a lifecycle state of its own beside the chart's: a field with the name of a state, or
 * the name of one of the chart's states assigned to any property. A scan, not a proof: it finds what people write
 * by habit, not what they hide.
 */
export function stateAssignments(sources: readonly Source[], stateNames: ReadonlySet<string>): string[] {
  return sources.flatMap((source) =>
    [...nodesOf(parse(source))].filter((node) => keepsState(node, stateNames)).map(placeOf),
  );
}

function keepsState(node: ts.Node, stateNames: ReadonlySet<string>): boolean {
  if (ts.isPropertyDeclaration(node)) {
    return isStateLike(node.name) || (node.initializer !== undefined && names(node.initializer, stateNames));
  }
  if (!ts.isBinaryExpression(node) || !isAssignment(node.operatorToken.kind)) return false;
  if (!ts.isPropertyAccessExpression(node.left)) return false;
  return isStateLike(node.left.name) || names(node.right, stateNames);
}

function isStateLike(name: ts.PropertyName): boolean {
  return (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) && STATE_LIKE.test(name.text);
}

function names(value: ts.Expression, stateNames: ReadonlySet<string>): boolean {
  return ts.isStringLiteralLike(value) && stateNames.has(value.text);
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}
