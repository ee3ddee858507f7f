/**
 * The address of a file of this package, from wherever the code runs: the sources, or the bundle in `dist`, whose
 * depth is the bundler's business. The package begins where its package.json lies.
 *
 * @throws Error when no package.json is found above this file.
 */
export function packageFile(path: string): URL {
  // A bundle of CommonJS modules has no address.
  const here = import.meta.url as string | undefined;
  if (here === undefined) throw new Error(`${path}: not in this bundle; keep http-session-machine external`);
  const { existsSync } = process.getBuiltinModule('node:fs');
  let folder = new URL('./', here);
  while (!existsSync(new URL('package.json', folder))) {
    const above = new URL('../', folder);
    if (above.href === folder.href) throw new Error('the files of the package are not where the code is');
    folder = above;
  }
  return new URL(path, folder);
}
