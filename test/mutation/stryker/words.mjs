import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/*
 * What is said to people is left alone: a test that repeats a sentence of a chart or of an error is no better for it.
 * Only the words are: the property, the condition under which an error is made, and its class stay in the run.
 */

const SAID_IN_CHARTS = new Set(['description', 'poco']);
const WORDS = new Set(['StringLiteral', 'TemplateLiteral']);

/** A text, or several joined by `+`. */
function isText(node) {
  if (node.type === 'BinaryExpression' && node.operator === '+')
    return isText(node.left) || isText(node.right);
  return WORDS.has(node.type);
}

const isSaidInChart = ({ node, parent }) =>
  parent?.type === 'ObjectProperty' && parent.value === node && SAID_IN_CHARTS.has(parent.key.name);

const isSaidByError = ({ node, parent }) =>
  parent?.type === 'NewExpression' &&
  parent.arguments[0] === node &&
  /(?:Error|Exception)$/u.test(parent.callee.name ?? '');

/** `setup({ types: { events: {} as E } })`: values that only carry types; XState does not read them. */
const areTypes = ({ node, parent }) =>
  parent?.type === 'ObjectProperty' && parent.value === node && parent.key.name === 'types';

const words = {
  shouldIgnore(path) {
    if (areTypes(path)) return 'Types alone.';
    if (!isText(path.node)) return undefined;
    if (isSaidInChart(path)) return 'A description in a chart.';
    return isSaidByError(path) ? 'The message of an error.' : undefined;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'words', words)];
