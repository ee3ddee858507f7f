import ts from 'typescript';

import type { Source } from './source.js';
import { nodesOf, parse, placeOf } from './syntax.js';

const STATE_LIKE =
  /^[#_]*((last|previous|former|old|current|known|told|entered)?(state|stateName|stateValue|node|snapshot)|told|readyState|lifecycle|phase)$/i;

/** How an expression that holds the name of a state is mostly called. */
const NAMES_A_STATE = /^[#_]*(state|stateName|exchangeState|name|from|to|was|value|before|after|\w*State)$/;

const TEXT_TESTS = new Set(['startsWith', 'endsWith', 'includes', 'indexOf', 'matches']);

/** The names of the states of a chart, and their paths from the root, dotted. */
export interface StateNames {
  readonly names: ReadonlySet<string>;
  readonly paths: ReadonlySet<string>;
}

/**
 * Places where a source keeps a lifecycle state of its own beside the chart's: a field with the name of a state, or
 * the name of one of the chart's states assigned to any property. A scan, not a proof: it finds what people write
 * by habit, not what they hide.
 */
export function stateAssignments(sources: readonly Source[], names: StateNames): string[] {
  return places(sources, (node) => keepsState(node, names));
}

/**
 * Places where a source asks for the name of a state, in a comparison, a `case`, a test of text or a pattern. Code asks
 * tags: a state that is renamed or gets a sibling would leave such a place behind, and nothing would tell.
 */
export function nameComparisons(sources: readonly Source[], names: StateNames): string[] {
  return places(sources, (node) => comparesName(node, names));
}

/** The boolean fields of classes that change, as `path: name`: each may be a state that no chart knows of. */
export function flags(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    [...nodesOf(parse(source))]
      .filter(ts.isPropertyDeclaration)
      .filter(isFlag)
      .map(({ name }) => `${source.path}: ${name.getText()}`),
  );
}

function places(sources: readonly Source[], isFound: (node: ts.Node) => boolean): string[] {
  return sources.flatMap((source) => [...nodesOf(parse(source))].filter(isFound).map(placeOf));
}

function keepsState(node: ts.Node, states: StateNames): boolean {
  if (ts.isPropertyDeclaration(node)) {
    return isStateLike(node.name) || (node.initializer !== undefined && isName(node.initializer, states));
  }
  if (!ts.isBinaryExpression(node) || !isAssignment(node.operatorToken.kind)) return false;
  if (!ts.isPropertyAccessExpression(node.left)) return false;
  return isStateLike(node.left.name) || isName(node.right, states);
}

function comparesName(node: ts.Node, states: StateNames): boolean {
  if (ts.isBinaryExpression(node) && isEquality(node.operatorToken.kind)) {
    const { left, right } = node;
    return isNameOf(right, left, states) || isNameOf(left, right, states);
  }
  if (ts.isCaseClause(node)) return isNameOf(node.expression, node.parent.parent.expression, states);
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const [argument] = node.arguments;
    return (
      argument !== undefined && TEXT_TESTS.has(node.expression.name.text) && isPartOfName(argument, states)
    );
  }
  return ts.isRegularExpressionLiteral(node) && isPatternOfNames(node.text, states);
}

/** A path says that it is one; a name alone might be a word of another vocabulary. */
function isNameOf(literal: ts.Expression, other: ts.Expression, { names, paths }: StateNames): boolean {
  if (!ts.isStringLiteralLike(literal)) return false;
  if (literal.text.includes('.')) return paths.has(literal.text);
  return names.has(literal.text) && NAMES_A_STATE.test(lastNameOf(other));
}

function isPartOfName(literal: ts.Expression, { names, paths }: StateNames): boolean {
  if (!ts.isStringLiteralLike(literal)) return false;
  const bare = literal.text.replace(/^\.|\.$/g, '');
  return names.has(bare) || paths.has(bare);
}

function isPatternOfNames(text: string, { paths }: StateNames): boolean {
  const words: readonly string[] = text.match(/[a-z]+/gi) ?? [];
  return /[$|^]/.test(text) && words.some((word) => word.length > 5 && paths.has(word));
}

function lastNameOf(expression: ts.Expression): string {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : '';
}

function isFlag({ initializer, type, modifiers }: ts.PropertyDeclaration): boolean {
  if (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) === true) return false;
  const kinds = [initializer?.kind, type?.kind];
  return [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.BooleanKeyword].some((kind) =>
    kinds.includes(kind),
  );
}

function isStateLike(name: ts.PropertyName): boolean {
  return (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) && STATE_LIKE.test(name.text);
}

function isName(value: ts.Expression, { names, paths }: StateNames): boolean {
  return ts.isStringLiteralLike(value) && (names.has(value.text) || paths.has(value.text));
}

function isEquality(kind: ts.SyntaxKind): boolean {
  return [
    ts.SyntaxKind.EqualsEqualsEqualsToken,
    ts.SyntaxKind.ExclamationEqualsEqualsToken,
    ts.SyntaxKind.EqualsEqualsToken,
    ts.SyntaxKind.ExclamationEqualsToken,
  ].includes(kind);
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}
