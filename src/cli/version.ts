import { existsSync, readFileSync } from 'node:fs';

/** The version of this package. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile(), 'utf8')) as { readonly version: string };
  return version;
}

/* The nearest one upwards, as Node.js itself looks for it: how deep this code lies is up to the build. */
function packageFile(): URL {
  let file = new URL('package.json', import.meta.url);
  for (let above = file; !existsSync(file); file = above) {
    above = new URL('../package.json', file);
    if (above.href === file.href) throw new Error('the package.json of http-session-machine is missing');
  }
  return file;
}
