import { useEffect } from 'preact/hooks';

import { actionOf, KEYS, type KeyActions } from './logic/keys.js';

/**
 * Acts on keys of the page while the component is shown. Keys that are typed into a field are text, and an open dialog
 * keeps all keys to itself. An element that handles a key itself prevents its default.
 */
export function useKeys(actions: KeyActions): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (leaves(event)) (event.target as HTMLElement).blur();
      if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
      const act = actionOf(event, actions);
      if (act !== null && act() !== false) event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => {
      window.removeEventListener('keydown', press);
    };
  });
}

/** Esc empties a search, and leaves an empty one. */
function leaves({ key, target }: KeyboardEvent): boolean {
  return key === KEYS.close.key && target instanceof HTMLInputElement && target.value === '';
}

/** Whether keys are text for what has the focus. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=range]), select, textarea');
}
