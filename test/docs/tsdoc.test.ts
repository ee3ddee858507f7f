import { describe, expect, it } from '@jest/globals';

import { ENTRY_POINTS } from '../support/docs/entry-points.js';
import { compile, exportsOf, type PublicName } from '../support/docs/public-api.js';

const SOURCES = ENTRY_POINTS.map(({ source }) => source);
const program = compile([...SOURCES, 'test/support/docs/undocumented.ts']);

function undocumented(names: readonly PublicName[]): readonly string[] {
  return names.flatMap(({ name, isDocumented, members }) => [
    ...(isDocumented ? [] : [name]),
    ...members.filter((member) => !member.isDocumented).map((member) => `${name}.${member.name}`),
  ]);
}

describe('everything that users see is documented where it is declared', () => {
  it.each(SOURCES)('every public name of %s has TSDoc', (source) => {
    const names = exportsOf(program, source);
    expect(names.length).toBeGreaterThan(2);
    expect(undocumented(names)).toEqual([]);
  });

  it('the check finds names and members without TSDoc', () => {
    const names = exportsOf(program, 'test/support/docs/undocumented.ts');
    expect(undocumented(names)).toEqual([
      'bare',
      'Bare',
      'Bare.method',
      'Bare.[Symbol.iterator]',
      'Bare.made',
      'BareOptions.size',
      'BARE',
    ]);
  });
});
