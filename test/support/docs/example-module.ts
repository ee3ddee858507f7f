import { ENTRY_POINTS } from './entry-points.js';

/** What examples use without saying where it comes from. */
const GIVEN: Readonly<Record<string, string>> = {
  client: "import('http-session-machine/client').HTTPClient",
  handler: "import('http-session-machine').RequestHandler",
  server: "import('http-session-machine').HTTPServer",
  session: "import('http-session-machine').HTTPClientSession",
};

/**
 * An example as a module: it imports the public names it uses, and declares what is given.
 *
 * @param namesOf - the public names of an entry point, by its source.
 */
export function exampleModule(example: string, namesOf: (source: string) => readonly string[]): string {
  const known = new Set(
    [...example.matchAll(/^import \{(.*)\}|\b(?:const|let|using) (?:\{(.*?)\}|\[(.*?)\]|(\w+))/gm)].flatMap(
      (match) => match.slice(1).flatMap((names: string | undefined) => names?.match(/\w+/g) ?? []),
    ),
  );
  const isMissing = (name: string): boolean => !known.has(name) && new RegExp(`\\b${name}\\b`).test(example);
  const imports = ENTRY_POINTS.flatMap(({ specifier, source }) => {
    const names = namesOf(source).filter(isMissing);
    for (const name of names) known.add(name);
    return names.map((name) => `import { ${name} } from '${specifier}';`);
  });
  const given = Object.entries(GIVEN)
    .filter(([name]) => isMissing(name))
    .map(([name, type]) => `declare const ${name}: ${type};`);
  return [...imports, ...given, example, 'export {};'].join('\n');
}
