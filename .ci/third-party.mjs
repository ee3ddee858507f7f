/* Writes the licences of the packages that end up in the inspector's page, beside it: minified code has no notices. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file with the licences. */
export const NOTICES = 'THIRD-PARTY-NOTICES.txt';

const RULE = '='.repeat(80);
const INTRODUCTION =
  'The page of the inspector contains code of the packages below, minified. Each has its own licence.\n';

/** A plugin of Vite: the build alone knows which packages a page contains. */
export function thirdPartyNotices() {
  const folders = new Set();
  const collect = (bundle) => {
    for (const { type, moduleIds } of Object.values(bundle)) {
      if (type !== 'chunk') continue;
      for (const module of moduleIds) {
        const [, folder] = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module) ?? [];
        if (folder !== undefined) folders.add(folder);
      }
    }
  };
  return {
    name: 'third-party-notices',
    // Workers are bundled apart, and before the page.
    config: () => ({
      worker: {
        plugins: () => [
          { name: 'third-party-notices-of-workers', generateBundle: (_options, bundle) => collect(bundle) },
        ],
      },
    }),
    generateBundle(_options, bundle) {
      collect(bundle);
      const notices = [...folders].sort().map(noticeOf);
      this.emitFile({ type: 'asset', fileName: NOTICES, source: [INTRODUCTION, ...notices].join('\n') });
    },
  };
}

/** A package without a licence must not be shipped, so it ends the build. */
function noticeOf(folder) {
  const { name, version, license, repository, homepage } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (license === undefined || file === undefined) throw new Error(`the package ${name} has no licence`);
  const source = repository?.url ?? repository ?? homepage ?? '';
  return [
    ...[
      RULE,
      `${name} ${version}`,
      `Licence: ${license}`,
      `Source: ${source.replace(/^git\+/, '')}`,
      RULE,
      '',
    ],
    ...[readFileSync(join(folder, file), 'utf8').trim(), ''],
  ].join('\n');
}
