import config from '../../jest.config.mjs';

// `npm run test:zoo`: the servers and clients of others under the models. No part of `npm test`.
export default {
  ...config,
  rootDir: '../..',
  roots: ['<rootDir>/test/zoo'],
  testMatch: ['**/zoo.run.ts'],
  testTimeout: 120_000,
};
