/* `npm start`: builds what is missing or older than its sources, and runs the main job until npm or a signal ends it. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { ROOT } from './entry-points.mjs';
import { isStale } from './stale.mjs';
import { whenStarterEnds } from './starter.mjs';

whenStarterEnds(() => {
  process.kill(process.pid, 'SIGTERM');
});
if (isStale(['dist/src/cli/start.js', 'dist/page/index.html'])) {
  execFileSync(process.execPath, [join(ROOT, '.ci/build.mjs')], { cwd: ROOT, stdio: 'inherit' });
}
await import('../dist/src/cli/start.js');
