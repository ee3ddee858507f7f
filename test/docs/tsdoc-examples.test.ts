import { describe, expect, it } from '@jest/globals';

import { ENTRY_POINTS, PATHS } from '../support/docs/entry-points.js';
import { exampleModule } from '../support/docs/example-module.js';
import { compile, complaints, exportsOf, type PublicName } from '../support/docs/public-api.js';

const SOURCES = ENTRY_POINTS.map(({ source }) => source);
const BARE = 'test/support/docs/undocumented.ts';
const program = compile([...SOURCES, BARE]);
const publicNames = new Map(SOURCES.map((source) => [source, exportsOf(program, source)]));

function withoutExample(names: readonly PublicName[]): readonly string[] {
  return names
    .filter(({ isCallable, examples }) => isCallable && examples.length === 0)
    .map(({ name }) => name);
}

/** The type errors of each example that has some, by the name of the example. */
function mistakes(examples: ReadonlyMap<string, string>): Readonly<Record<string, readonly string[]>> {
  const namesOf = (source: string): readonly string[] =>
    publicNames.get(source)?.map(({ name }) => name) ?? [];
  const modules = new Map(
    [...examples].map(([name, code]) => [`test/docs/example-${name}.ts`, exampleModule(code, namesOf)]),
  );
  const options = {
    noUnusedLocals: false,
    noUnusedParameters: false,
    verbatimModuleSyntax: false,
    paths: PATHS,
  };
  const checked = compile([], options, modules, program);
  return Object.fromEntries(
    [...modules.keys()]
      .map((file) => [file, complaints(checked, [file])])
      .filter(([, found]) => found?.length),
  ) as Record<string, readonly string[]>;
}

describe('the examples in the TSDoc of public names', () => {
  it.each(SOURCES)('every class and function of %s has an example', (source) => {
    expect(withoutExample(publicNames.get(source) ?? [])).toEqual([]);
  });

  it('the check finds a class and a function without an example', () => {
    expect(withoutExample(exportsOf(program, BARE))).toEqual(['bare', 'Bare']);
  });

  it('every example compiles', () => {
    const all = [...publicNames.values()].flat();
    const examples = new Map(
      all.flatMap(({ name, examples: codes }) => codes.map((code, at) => [`${name}-${String(at)}`, code])),
    );
    expect(examples.size).toBeGreaterThan(70);
    expect(mistakes(examples)).toEqual({});
  });

  it('the check finds a mistake in an example', () => {
    const examples = new Map([['wrong', 'const server = new HTTPServer(handler);\nawait server.lisen();']]);
    expect(mistakes(examples)).toEqual({
      'test/docs/example-wrong.ts': [expect.stringContaining("'lisen' does not exist")],
    });
  });
});
