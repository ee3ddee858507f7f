import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { transform, version } from 'esbuild';

/*
 * Turns one TypeScript file into JavaScript, as the bundle of the package does: without types, which
 * `npm run typecheck` checks once for the whole project.
 */

const OPTIONS = {
  format: 'esm',
  target: 'node20',
  loader: 'ts',
  sourcemap: 'inline',
  sourcesContent: true,
  tsconfigRaw: { compilerOptions: { target: 'ES2023', verbatimModuleSyntax: true } },
};

const itself = readFileSync(new URL(import.meta.url), 'utf8');

const transformer = {
  getCacheKey: (source, path, { instrument }) =>
    createHash('sha256')
      .update([version, itself, path, String(instrument), source].join('\0'))
      .digest('hex'),
  processAsync: (source, sourcefile) => transform(source, { ...OPTIONS, sourcefile }),
};

export default transformer;
