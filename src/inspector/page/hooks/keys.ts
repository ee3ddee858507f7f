import { useEffect, useRef } from 'preact/hooks';

import { actOn, KEYS, type KeyActions } from '../logic/keys.js';

/** What is shown and acts on keys, in the order in which it was opened: what was opened last is in front. */
const shown: { readonly current: KeyActions }[] = [];

/**
 * Acts on keys of the page while the component is shown. What was opened later acts first, and leaves a key to what is
 * behind it where an action returns `false`. Keys that are typed into a field are text, and an open dialog keeps all keys
 * to itself. An element that handles a key itself prevents its default.
 */
export function useKeys(actions: KeyActions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    shown.push(latest);
    if (shown.length === 1) window.addEventListener('keydown', press);
    return () => {
      shown.splice(shown.indexOf(latest), 1);
      if (shown.length === 0) window.removeEventListener('keydown', press);
    };
  }, []);
}

function press(event: KeyboardEvent): void {
  if (leaves(event)) (event.target as HTMLElement).blur();
  if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
  const inFront = shown.map(({ current }) => current).reverse();
  if (actOn(event, inFront)) event.preventDefault();
}

/** Esc empties a search, and leaves an empty one. */
function leaves({ key, target }: KeyboardEvent): boolean {
  return key === KEYS.close.key && target instanceof HTMLInputElement && target.value === '';
}

/** Whether keys are text for what has the focus. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=range]), select, textarea');
}
