import { existsSync, readFileSync } from 'node:fs';

/** The version of this package. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile(), 'utf8')) as { readonly version: string };
  return version;
}

/* `package.json` stands beside `src` in the sources; in the package it stands beside `dist`, which holds another. */
function packageFile(): URL {
  const inSources = new URL('../../package.json', import.meta.url);
  return existsSync(inSources) ? inSources : new URL('../../../package.json', import.meta.url);
}
