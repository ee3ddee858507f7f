import { activePaths } from '../../chart/state-name.js';

/** What one region of a chart went through in a transition; all of the chart where it has no regions. */
export interface StateChange {
  /** The name of the region; empty where it is all of the chart. */
  readonly region: string;
  /** Empty where there was none before. */
  readonly from: string;
  /** Empty where there is none after it. */
  readonly to: string;
}

/** The active states as a tree: by key, what is active within. */
type Tree = Map<string, Tree>;

/**
 * What changed between two states: only the regions that did. States that are entered or left together are named by what
 * holds them: `idle` to `active(a.x,b.y)` is `idle` to `active`.
 */
export function stateChanges(from: string | null, to: string | null): readonly StateChange[] {
  if (from === to) return [];
  const [before, after] = [treeOf(from), treeOf(to)];
  const found: StateChange[] = [];
  compare(before, after, '', [], found);
  return found;
}

/**
 * The changes in a line, `response: waiting → body`; empty where nothing changed.
 *
 * @param event - what brought them about: the region that it is about comes first
 */
export function changeText(from: string | null, to: string | null, event = ''): string {
  const [about = ''] = event.split('.');
  return [...stateChanges(from, to)]
    .sort((a, b) => Number(b.region === about) - Number(a.region === about))
    .map((change) => {
      const step = `${change.from} → ${change.to}`.trim();
      return change.region === '' ? step : `${change.region}: ${step}`;
    })
    .join(', ');
}

function treeOf(state: string | null): Tree {
  const root: Tree = new Map();
  if (state === null || state === '') return root;
  for (const path of activePaths(state)) {
    let at = root;
    for (const key of path.split('.')) {
      const inner = at.get(key) ?? (new Map() as Tree);
      at.set(key, inner);
      at = inner;
    }
  }
  return root;
}

/**
 * Goes down as long as both have the same keys: what differs below a fork is a change of that region alone.
 *
 * @param within - the keys from the region to here
 */
function compare(
  before: Tree,
  after: Tree,
  region: string,
  within: readonly string[],
  found: StateChange[],
): void {
  const keys = [...before.keys()];
  if (keys.length !== after.size || keys.some((key) => !after.has(key))) {
    found.push({ region, from: nameOf(before, within), to: nameOf(after, within) });
    return;
  }
  const isFork = keys.length > 1;
  for (const key of keys) {
    const [inner, other] = [before.get(key), after.get(key)] as [Tree, Tree];
    if (isFork) compare(inner, other, key, [], found);
    else compare(inner, other, region, [...within, key], found);
  }
}

/** The path down to a fork, or to the end. */
function nameOf(tree: Tree, within: readonly string[]): string {
  const keys = [...within];
  let at = tree;
  while (at.size === 1) {
    const [[key, inner]] = [...at] as [[string, Tree]];
    keys.push(key);
    at = inner;
  }
  return keys.length === 0 ? [...at.keys()].join(', ') : keys.join('.');
}
