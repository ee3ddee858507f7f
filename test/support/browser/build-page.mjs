// Builds the page of the inspector before all tests, where a source of it is newer than what was built.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUILT = `${ROOT}dist/page/index.html`;
const SOURCES = ['src', 'machines'];

/** @param {string} folder */
function newestIn(folder) {
  const files = readdirSync(ROOT + folder, { recursive: true, withFileTypes: true });
  return Math.max(...files.map(({ parentPath, name }) => statSync(`${parentPath}/${name}`).mtimeMs));
}

export default async function buildPage() {
  if (existsSync(BUILT) && Math.max(...SOURCES.map(newestIn)) < statSync(BUILT).mtimeMs) return;
  const { build } = await import('vite');
  // Jest says `test` here, and then a page comes out that is not the one which is shipped.
  const { NODE_ENV } = process.env;
  process.env['NODE_ENV'] = 'production';
  await build({ root: `${ROOT}src/inspector/page`, logLevel: 'warn' });
  process.env['NODE_ENV'] = NODE_ENV;
}
