/** A key of the page, as the help lists it. */
export interface KeyRow {
  /** What the browser calls the key: `KeyboardEvent.key`. */
  readonly key: string;
  /** What is written on it, where that differs. */
  readonly label?: string;
  readonly does: string;
}

/** All keys of the page. The help lists them in this order, and `useKeys` knows them by their names. */
export const KEYS = {
  help: { key: '?', does: 'List the keys' },
  search: { key: '/', does: 'Search' },
  close: { key: 'Escape', label: 'Esc', does: 'Close what is open: the search, the selection, the actor' },
  down: { key: 'j', does: 'Next row' },
  up: { key: 'k', does: 'Previous row' },
  open: { key: 'Enter', does: 'Open the row' },
  pause: { key: 'p', does: 'Pause, or return to now' },
  back: { key: ',', does: 'One step back in time' },
  forward: { key: '.', does: 'One step forward in time' },
  previousError: { key: '[', does: 'Previous error' },
  nextError: { key: ']', does: 'Next error' },
  // The chart handles these itself, while it has the focus: `viewAfterKey`.
  larger: { key: '+', does: 'Enlarge the chart that has the focus' },
  smaller: { key: '-', does: 'Reduce it' },
  fit: { key: '0', does: 'Fit it' },
  move: { key: 'ArrowLeft', label: '← ↑ → ↓', does: 'Move it' },
} as const satisfies Readonly<Record<string, KeyRow>>;

/** The name of a key, by what it does. */
export type KeyName = keyof typeof KEYS;

/** What keys do. One that returns `false` has not acted: the key keeps its usual meaning. */
export type KeyActions = Readonly<Partial<Record<KeyName, (event: KeyEvent) => unknown>>>;

/** What is read of a `KeyboardEvent`. */
export interface KeyEvent {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly defaultPrevented: boolean;
  readonly target: EventTarget | null;
  getModifierState(key: string): boolean;
}

/**
 * Calls the first action of the key that was pressed which acts; none if an element has handled the key itself.
 *
 * @param layers - the actions of all that is shown, what is in front first
 * @returns whether one has acted
 */
export function actOn(event: KeyEvent, layers: readonly KeyActions[]): boolean {
  if (event.defaultPrevented || isCommand(event)) return false;
  const names = (Object.keys(KEYS) as KeyName[]).filter((name) => KEYS[name].key === event.key);
  return layers.some((actions) =>
    names.some((name) => {
      const act = actions[name];
      return act !== undefined && act(event) !== false;
    }),
  );
}

/** Whether the browser or the system is meant. On many keyboards, brackets are typed with AltGr. */
function isCommand(event: KeyEvent): boolean {
  const { ctrlKey, altKey, metaKey } = event;
  return metaKey || ((ctrlKey || altKey) && !event.getModifierState('AltGraph'));
}

/** What is written on a key. */
export function labelOf(name: KeyName): string {
  const row: KeyRow = KEYS[name];
  return row.label ?? row.key;
}
