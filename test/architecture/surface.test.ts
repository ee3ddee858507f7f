import { describe, expect, it } from '@jest/globals';

import { ENTRY_POINTS } from '../support/docs/entry-points.js';
import { compile, exportsOf } from '../support/docs/public-api.js';
import { committed } from '../support/generate/committed.js';

const program = compile(ENTRY_POINTS.map(({ source }) => source));

/** The names of an entry point, one a line: first those that exist at run time, then the types. */
function surfaceOf(source: string): readonly string[] {
  const names = exportsOf(program, source);
  const values = names.filter(({ isValue }) => isValue).map(({ name }) => `value ${name}`);
  const types = names.filter(({ isValue }) => !isValue).map(({ name }) => `type  ${name}`);
  return [...values.sort(), ...types.sort()];
}

describe('an entry point exports the names of its golden file', () => {
  it.each(ENTRY_POINTS)('$specifier (UPDATE_GENERATED=1 renews the file)', ({ specifier, source }) => {
    const file = specifier.replaceAll('/', '.');
    const surface = `${surfaceOf(source).join('\n')}\n`;
    expect(committed(`test/golden/surface/${file}.txt`, surface)).toBe(surface);
  });

  it('a class with an internal constructor is exported as a type only', () => {
    const internal = ENTRY_POINTS.flatMap(({ source }) => exportsOf(program, source)).filter(
      ({ isMadeInternally }) => isMadeInternally,
    );
    expect(internal.map(({ name }) => name)).toContain('HTTPServerResponse');
    expect(internal.filter(({ isValue }) => isValue).map(({ name }) => name)).toEqual([]);
  });

  it('the main entry point exports at most 80 names', () => {
    expect(surfaceOf('src/index.ts').length).toBeLessThanOrEqual(80);
  });
});
