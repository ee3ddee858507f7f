import { remember, remembered } from './memory.js';

/** Which colours the page has; `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark';

export const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

const KEY = 'theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

/** The theme that was chosen last in this browser. */
export function chosenTheme(): Theme {
  return THEMES.find((theme) => theme === remembered(KEY)) ?? 'auto';
}

/** Shows the page in a theme from now on, and whenever it is opened again in this browser. */
export function chooseTheme(theme: Theme): void {
  remember(KEY, theme);
  apply(theme);
}

/** Shows the page in the theme that was chosen last. */
export function startTheme(): void {
  apply(chosenTheme());
}

/**
 * Calls when the colours have changed, by choice or by the system; for what is drawn with colours that were read before.
 *
 * @returns ends it
 */
export function watchColours(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    observer.disconnect();
  };
}

let current: Theme = 'auto';
dark.addEventListener('change', () => {
  apply(current);
});

/** The root says which colours it has, chosen or not: `colours.css` has one place for the dark ones. */
function apply(theme: Theme): void {
  current = theme;
  const shown = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
  document.documentElement.dataset['theme'] = shown;
}
