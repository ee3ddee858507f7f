import { existsSync, readFileSync } from 'node:fs';

/** The version of this package. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile(), 'utf8')) as { readonly version: string };
  return version;
}

/* The nearest one upwards, as Node.js itself looks for it: how deep this code lies is up to the build. */
function packageFile(): URL {
  let file = new URL('package.json', import.meta.url);
  while (!existsSync(file) && file.pathname !== '/package.json') file = new URL('../package.json', file);
  return file;
}
