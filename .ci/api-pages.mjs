/*
 * Writes docs/api, the reference: one page for each class, and one for each entry point with its functions and types.
 * With `--check` it writes nothing, and fails where the pages are not what the sources say.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application } from 'typedoc';

import { ENTRY_POINTS, ROOT } from './entry-points.mjs';

const PAGES = join(ROOT, 'docs/api');
const isCheck = process.argv.includes('--check');
const out = isCheck ? mkdtempSync(join(tmpdir(), 'api-pages-')) : PAGES;

const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: ENTRY_POINTS.map(({ module }) => join(ROOT, `${module}.ts`)),
  tsconfig: join(ROOT, 'tsconfig.build.json'),
  out,
  name: 'API',
  readme: 'none',
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  disableSources: true,
  disableGit: true,
  hideGenerator: true,
  skipErrorChecking: true,
  // Types of single options are named and described where they are used, and have no page.
  validation: { notExported: false, invalidLink: true, notDocumented: false },
  treatValidationWarningsAsErrors: true,
  sort: ['kind', 'alphabetical'],
  logLevel: 'Warn',
  router: 'member',
  membersWithOwnFile: ['Class'],
  entryFileName: 'README',
  expandObjects: true,
  useCodeBlocks: false,
});
const project = await app.convert();
if (project === undefined) throw new Error('the sources do not compile');
for (const { specifier, module } of ENTRY_POINTS) {
  const page = project.children?.find(({ name }) => `${name}/index` === module);
  if (page === undefined) throw new Error(`${module} has no page`);
  page.name = specifier;
}
// A member is described at the class that declares it; members of classes without a page stay where they are inherited.
const inherited = Object.values(project.reflections).filter(
  ({ inheritedFrom }) => inheritedFrom?.reflection !== undefined,
);
for (const reflection of inherited) project.removeReflection(reflection);
for (const reflection of Object.values(project.reflections)) {
  for (const group of reflection.groups ?? []) group.children = group.children.filter(isLeft);
  reflection.groups = reflection.groups?.filter(({ children }) => children.length > 0);
}

function isLeft({ id }) {
  return project.getReflectionById(id) !== undefined;
}

await app.generateOutputs(project);
if (app.logger.hasErrors()) process.exitCode = 1;
if (isCheck) {
  const stale = [...new Set([...filesIn(out), ...filesIn(PAGES)])].filter(
    (file) => textOf(out, file) !== textOf(PAGES, file),
  );
  rmSync(out, { recursive: true });
  if (stale.length > 0) throw new Error(`not current (npm run docs:api renews them): ${stale.join(', ')}`);
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
}

function textOf(folder, file) {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
