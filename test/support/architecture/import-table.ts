import { importsOf, type Import } from './imports.js';
import type { Source } from './source.js';

/*
 * Who may import whom. The lint rules hold the same table; it is written again here on purpose, part by part, so
 * that a slip in one of the two shows.
 */
const TABLE: Readonly<Record<string, string>> = {
  constants: '',
  errors: 'constants machines',
  diagnostics: 'constants errors machines',
  machines: '',
  protocol: 'constants errors',
  chart: 'constants errors diagnostics',
  transport: 'constants errors diagnostics protocol',
  streams: 'constants errors diagnostics protocol',
  session: 'constants errors diagnostics protocol chart transport streams machines',
  client: 'constants errors diagnostics protocol chart transport streams session machines',
  server: 'constants errors diagnostics protocol chart transport streams session machines',
  adapters: 'constants errors diagnostics protocol chart transport streams session client server',
  cluster: 'constants errors diagnostics protocol chart transport streams session client server machines',
  inspect: 'constants errors diagnostics protocol chart transport streams session client server machines',
  inspector:
    'constants errors diagnostics protocol chart transport streams session client server machines inspect model diagram',
  model: 'constants chart',
  diagram: 'machines',
  page: 'machines model diagram chart',
  testing:
    'constants errors diagnostics protocol chart transport streams session client server machines diagram',
  cli: 'constants errors diagnostics protocol chart transport streams session client server machines adapters cluster inspect inspector testing model diagram',
  index: 'constants errors diagnostics protocol chart transport streams session client server',
};

/** Packages and modules outside the project, and the parts that may import them. */
const OUTSIDERS: readonly (readonly [pattern: RegExp, parts: string])[] = [
  [/^xstate(\/|$)/, 'machines chart inspect inspector testing page'],
  [/^preact(\/|$)/, 'page'],
  [/^uplot(\/|$)/, 'page'],
  [/^elkjs\//, 'diagram'],
  [/^node:(net|tls)$/, 'transport'],
  [/^node:buffer$/, Object.keys(TABLE).join(' ')],
  [
    /^node:/,
    'diagnostics chart transport streams session client server adapters cluster inspect inspector testing cli index',
  ],
  [/^@statelyai\/inspect$/, 'inspect inspector'],
  [/^ws$/, 'adapters inspect inspector'],
  [/^@opentelemetry\/api$/, 'adapters inspect'],
  [/^fast-check$/, 'testing'],
];

/** Folders within `inspector` that are parts of their own, for they run in a browser. */
const BROWSER_PARTS = /^src\/inspector\/(model|diagram|page)\//;

/** The part that a path belongs to, whether or not the table knows it. */
export function partOf(path: string): string {
  const [, inner] = BROWSER_PARTS.exec(path) ?? [];
  if (inner !== undefined) return inner;
  const [top = '', next = ''] = path.split('/');
  return top === 'src' ? next.replace(/\.ts$/, '') : top;
}

/** Every import that the table forbids, as sentences. */
export function forbiddenImports(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const part = partOf(source.path);
    if (!Object.hasOwn(TABLE, part)) return [`${source.path}: ${part} is not in the import table`];
    return importsOf(source)
      .filter((found) => !mayImport(part, found))
      .map(({ place, specifier }) => `${place}: ${part} may not import ${specifier ?? 'a computed module'}`);
  });
}

function mayImport(part: string, { specifier, target }: Import): boolean {
  if (specifier === null) return false;
  if (target === null) return mayImportOutsider(part, specifier);
  const other = partOf(target);
  return other === part || listed(TABLE[part], other);
}

function mayImportOutsider(part: string, specifier: string): boolean {
  const [, parts] = OUTSIDERS.find(([pattern]) => pattern.test(specifier)) ?? [];
  return listed(parts, part);
}

function listed(names: string | undefined, name: string): boolean {
  return names?.split(' ').includes(name) ?? false;
}
