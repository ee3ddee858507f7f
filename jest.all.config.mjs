import config from './jest.config.mjs';

// `npm run test:all`: every case, not a sample. See test/support/thoroughness.ts.
export default { ...config, globals: { isExhaustive: true } };
