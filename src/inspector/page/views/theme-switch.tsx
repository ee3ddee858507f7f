import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import { chooseTheme, chosenTheme, THEMES, type Theme } from '../logic/theme.js';

const NAMES: Readonly<Record<Theme, string>> = { auto: 'Auto', light: 'Light', dark: 'Dark' };

/** Chooses the colours of the page. */
export function ThemeSwitch(): ComponentChildren {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <select
      aria-label="Theme"
      title="Theme"
      value={theme}
      onChange={({ currentTarget }) => {
        const chosen = currentTarget.value as Theme;
        setTheme(chosen);
        chooseTheme(chosen);
      }}
    >
      {THEMES.map((one) => (
        <option key={one} value={one}>
          {NAMES[one]}
        </option>
      ))}
    </select>
  );
}
