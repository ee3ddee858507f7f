/*
 * `@jest/globals` for tests that run outside of Jest: the same runner, the same matchers, the same mocks.
 */
import { expect } from 'expect';
import { ModuleMocker } from 'jest-mock';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from 'jest-circus';
export { expect };
export const jest = new ModuleMocker(globalThis);
