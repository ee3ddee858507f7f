import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

interface Plugin {
  generateBundle(this: unknown, options: object, bundle: object): void;
}

const { NOTICES, thirdPartyNotices } = (await import(
  new URL('../../../.ci/third-party.mjs', import.meta.url).href
)) as { readonly NOTICES: string; readonly thirdPartyNotices: () => Plugin };

/** What the build writes for modules of a page. */
function noticesFor(moduleIds: readonly string[]): string {
  let text = '';
  const context = { emitFile: ({ source }: { source: string }) => void (text = source) };
  const bundle = { 'a.js': { type: 'chunk', moduleIds }, 'a.css': { type: 'asset' } };
  thirdPartyNotices().generateBundle.call(context, {}, bundle);
  return text;
}

describe('the licences of what the page contains', () => {
  it('the licences of elkjs, preact, uplot and xstate lie beside the built page', () => {
    const text = readFileSync(new URL(`../../../dist/page/${NOTICES}`, import.meta.url), 'utf8');
    for (const name of ['elkjs', 'preact', 'uplot', 'xstate'])
      expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
    expect(text).toContain('Eclipse Public License');
    expect(text).toContain('Source: https://github.com/kieler/elkjs.git');
  });

  it('a package has one notice, however many of its modules there are, and our own modules have none', () => {
    const root = join(process.cwd(), 'node_modules');
    const text = noticesFor([
      `${root}/preact/dist/preact.module.js`,
      `\0${root}/preact/hooks/dist/hooks.module.js`,
      '/project/src/main.tsx',
      '\0virtual',
    ]);
    expect(text.match(/^Licence: /gm)).toHaveLength(1);
    expect(text).toContain('Licence: MIT\nSource: https://github.com/preactjs/preact.git');
  });

  it('a package without a licence ends the build', () => {
    const folder = mkdtempSync(join(tmpdir(), 'unlicensed-'));
    const own = join(folder, 'node_modules', '@scope', 'free');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'package.json'), JSON.stringify({ name: '@scope/free', version: '1.0.0' }));
    expect(() => noticesFor([`${own}/index.js`])).toThrow('@scope/free has no licence');
    rmSync(folder, { recursive: true });
  });
});
