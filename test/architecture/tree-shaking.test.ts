import { build } from 'esbuild';
import { expect, it } from '@jest/globals';

const LIMIT = 10_000;

it(`a bundle of one error class is smaller than ${String(LIMIT)} bytes`, async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: "import { TimeoutError } from './src/index.ts'; console.log(TimeoutError);",
      resolveDir: process.cwd(),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    write: false,
  });
  expect(outputFiles[0]?.contents.length).toBeLessThan(LIMIT);
});
