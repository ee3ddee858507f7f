import type uPlot from 'uplot';

let loading: Promise<typeof uPlot> | undefined;

/** Loads the library that draws over time, once: a page that draws nothing over time does without it. */
export function loadUPlot(): Promise<typeof uPlot> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<typeof uPlot> {
  ensureLanguage();
  return (await import('uplot')).default;
}

/**
 * uPlot formats numbers in the language of the browser, and throws as it is loaded where that is not a language tag:
 * Chromium has `en-US@posix` where the system has no language.
 */
function ensureLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language);
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
  }
}
