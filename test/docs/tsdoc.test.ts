import { describe, expect, it } from '@jest/globals';

import { compile, exportsOf, type PublicName } from '../support/docs/public-api.js';

const DOORS = [
  'src/index.ts',
  'machines/index.ts',
  'src/adapters/node/index.ts',
  'src/adapters/fetch/index.ts',
  'src/adapters/opentelemetry/index.ts',
  'src/cluster/index.ts',
  'src/inspector/index.ts',
  'src/testing/index.ts',
];

const program = compile([...DOORS, 'test/support/docs/undocumented.ts']);

function undocumented(names: readonly PublicName[]): readonly string[] {
  return names.flatMap(({ name, isDocumented, members }) => [
    ...(isDocumented ? [] : [name]),
    ...members.filter((member) => !member.isDocumented).map((member) => `${name}.${member.name}`),
  ]);
}

describe('what users see is documented where it is declared', () => {
  it.each(DOORS)('%s', (door) => {
    const names = exportsOf(program, door);
    expect(names.length).toBeGreaterThan(2);
    expect(undocumented(names)).toEqual([]);
  });

  it('and the check finds what is not', () => {
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
