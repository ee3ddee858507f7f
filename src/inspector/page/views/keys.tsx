import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { KEYS, labelOf, type KeyEvent, type KeyName } from '../logic/keys.js';
import { useKeys } from '../hooks/keys.js';

interface KeysProps {
  /** Closes the innermost thing that is open; returns `false` if nothing is. */
  readonly close: () => boolean;
  readonly isHelpOpen: boolean;
  readonly openHelp: (isOpen: boolean) => void;
}

/** The keys of the whole page, and the dialog that lists all keys. */
export function Keys({ close, isHelpOpen, openHelp }: KeysProps): ComponentChildren {
  useKeys({
    help: () => {
      openHelp(true);
    },
    search: focusSearch,
    close,
    down: () => focusRow(1),
    up: () => focusRow(-1),
    open: openRow,
  });
  return isHelpOpen ? <KeyHelp close={() => openHelp(false)} /> : null;
}

function KeyHelp({ close }: { readonly close: () => void }): ComponentChildren {
  const dialog = useRef<HTMLDialogElement>(null);
  // A modal dialog keeps the focus, closes with Esc, and gives the focus back.
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="key-help"
      aria-labelledby="key-help-heading"
      onClose={close}
      onClick={({ target }) => {
        // Beside the dialog.
        if (target === dialog.current) dialog.current?.close();
      }}
      onKeyDown={({ key }) => {
        if (key === KEYS.help.key) dialog.current?.close();
      }}
    >
      <div class="key-help-content">
        <h2 id="key-help-heading">Keys</h2>
        <dl>
          {(Object.keys(KEYS) as KeyName[]).map((name) => (
            <div key={name}>
              <dt>
                <kbd>{labelOf(name)}</kbd>
              </dt>
              <dd>{KEYS[name].does}</dd>
            </div>
          ))}
        </dl>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}

/** Focuses the search of what is shown. */
function focusSearch(): boolean {
  const search = visible<HTMLInputElement>('input[type=search]')[0];
  search?.focus();
  search?.select();
  return search !== undefined;
}

/** Rows of lists and tables; a row that cannot have the focus has something that can. */
const ROWS = '[data-row], main tbody tr';

/** Moves the focus to the next or the previous row of its list, or to the first row of the page. */
function focusRow(step: 1 | -1): boolean {
  const rows = visible<HTMLElement>(ROWS).filter((row) => focusableIn(row) !== null);
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at === -1 ? 0 : at + step];
  if (next === undefined) return false;
  const focusable = focusableIn(next);
  focusable?.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
  return true;
}

function focusableIn(row: HTMLElement): HTMLElement | null {
  return row.hasAttribute('tabindex') ? row : row.querySelector<HTMLElement>('button, a');
}

/** Opens the row that has the focus, unless the row does so itself. */
function openRow({ target }: KeyEvent): boolean {
  if (!(target instanceof HTMLElement) || !target.matches('[data-row]')) return false;
  (target.querySelector<HTMLElement>('button, a') ?? target).click();
  return true;
}

function visible<T extends HTMLElement>(selector: string): T[] {
  return [...document.querySelectorAll<T>(selector)].filter((element) => element.checkVisibility());
}
