import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface CopyButtonProps {
  /** What is written on the button: `Copy as JSON`. */
  readonly label: string;
  /** What is said of the button when the pointer rests on it. */
  readonly hint?: string;
  /** What is copied; asked for when the button is pressed. */
  readonly text: () => string;
  /** Whether the tab key reaches it. @defaultValue true */
  readonly isReachable?: boolean;
}

/** How long the button says what became of it, in milliseconds. */
const SAID_FOR = 1500;

/** Copies a text to the clipboard, and says so. Its width is that of its label all the time. */
export function CopyButton({ label, hint, text, isReachable = true }: CopyButtonProps): ComponentChildren {
  const [said, setSaid] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const say = (what: string): void => {
    clearTimeout(timer.current);
    setSaid(what);
    timer.current = setTimeout(() => setSaid(null), SAID_FOR);
  };
  return (
    <button
      type="button"
      class="copy"
      title={hint}
      tabIndex={isReachable ? 0 : -1}
      onClick={(event) => {
        event.stopPropagation();
        void copy(text()).then((isCopied) => {
          say(isCopied ? 'Copied' : 'Not allowed');
        });
      }}
    >
      <span class={said === null ? '' : 'covered'}>{label}</span>
      <span class="said" role="status">
        {said}
      </span>
    </button>
  );
}

/** @returns whether the browser has allowed it */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // There is no clipboard for pages that come neither from this machine nor over TLS, and some frames may not use it.
    return copySelected(text);
  }
}

function copySelected(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  document.body.append(area);
  area.select();
  try {
    // Deprecated, and the only way left where the clipboard is refused.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return document.execCommand('copy');
  } finally {
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
