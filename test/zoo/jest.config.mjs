// `npm run test:zoo`: the servers and clients of others under the models. No part of `npm test`.
export default {
  preset: 'ts-jest/presets/default-esm',
  testEnvironment: 'node',
  rootDir: '../..',
  roots: ['<rootDir>/test/zoo'],
  testMatch: ['**/zoo.run.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, diagnostics: false }] },
  testTimeout: 120_000,
};
