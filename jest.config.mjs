/** @type {import('jest').Config} */
const config = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Examples import the package by its name; here they get its sources.
    '^http-session-machine$': '<rootDir>/src/index.ts',
    '^http-session-machine/machines$': '<rootDir>/machines/index.ts',
    '^http-session-machine/(client|cluster|streams|testing)$': '<rootDir>/src/$1/index.ts',
    '^http-session-machine/demultiplexer$': '<rootDir>/src/server/demultiplexer/index.ts',
    '^http-session-machine/inspect$': '<rootDir>/src/inspector/index.ts',
    '^http-session-machine/(node|fetch|opentelemetry|undici)$': '<rootDir>/src/adapters/$1/index.ts',
  },
  transform: { '^.+\\.ts$': '<rootDir>/test/support/jest/transform.mjs' },
  // As every public class does; most tests import what is behind it.
  setupFiles: ['<rootDir>/test/support/jest/actors.ts'],
  // By itself Jest leaves one core to itself, which has next to nothing to do.
  maxWorkers: '100%',
  testTimeout: 20_000,
  globalSetup: '<rootDir>/test/support/browser/build-page.mjs',
  // What a test file has loaded as ES modules is not freed on Node.js 20, and a worker slows down with its heap.
  workerIdleMemoryLimit: '300MB',
};

export default config;
