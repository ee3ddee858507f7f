// Builds the page of the inspector before all tests, where a source of it is newer than what was built.
import { fileURLToPath } from 'node:url';

import { isStale } from '../../../.ci/stale.mjs';
import { NOTICES, thirdPartyNotices } from '../../../.ci/third-party.mjs';

export default async function buildPage() {
  if (!isStale(['dist/page/index.html', `dist/page/${NOTICES}`])) return;
  const { build } = await import('vite');
  // Jest says `test` here, and then a page comes out that is not the one which is shipped.
  const { NODE_ENV } = process.env;
  process.env['NODE_ENV'] = 'production';
  await build({
    root: fileURLToPath(new URL('../../../src/inspector/page', import.meta.url)),
    logLevel: 'warn',
    plugins: [thirdPartyNotices()],
  });
  process.env['NODE_ENV'] = NODE_ENV;
}
