import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

import { packageFile } from '../package-file.js';

/** A file of the page. */
export interface Asset {
  readonly body: Buffer;
  readonly mediaType: string;
  /** Whether its name changes with its content, so that it may be cached for ever. */
  readonly isLasting: boolean;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

/**
 * Reads the page, which is built when the package is made: paths to files. All of it is then in memory, so
 * that no path of a request reaches the file system.
 *
 * @throws Error if the page is not built, as in a fresh checkout
 */
export function readAssets(folder = fileURLToPath(packageFile('dist/page/'))): ReadonlyMap<string, Asset> {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Error('the inspector page is not built; run npm run build');
  }
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const assets = new Map(
    files.map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      const path = `/${relative(folder, file).replaceAll(sep, '/')}`;
      const content = readFileSync(file);
      // The build compresses large files, so that the package is small.
      if (!path.endsWith('.br')) return [path, assetOf(path, content)];
      return [path.slice(0, -3), assetOf(path.slice(0, -3), brotliDecompressSync(content))];
    }),
  );
  return assets.set('/', assets.get('/index.html') as Asset);
}

function assetOf(path: string, body: Buffer): Asset {
  const extension = path.slice(path.lastIndexOf('.') + 1);
  return {
    body,
    mediaType: MEDIA_TYPES[extension] ?? 'application/octet-stream',
    isLasting: path.startsWith('/assets/'),
  };
}
