import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  build: {
    outDir: '../../../dist/page',
    emptyOutDir: true,
    // The page's policy allows no data: but for images; files also have names that can be kept for ever.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The layout engine is one file of that size; it is loaded after the page is shown.
    chunkSizeWarningLimit: 2000,
    // Who builds the package cannot do anything about them.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  // Its layout engine is loaded when it is needed.
  worker: { format: 'es' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
