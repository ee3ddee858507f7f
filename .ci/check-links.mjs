/* Checks that every relative link of the installed package's pages leads to a file of the package. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = process.argv[2];
if (root === undefined) throw new Error('usage: check-links.mjs <folder of the unpacked package>');

const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
const broken = pages.flatMap((page) => {
  const file = join(root, page);
  // Code is not read for links.
  const text = readFileSync(file, 'utf8')
    .replace(/^(`{3,})[^]*?^\1/gm, '')
    .replace(/`[^`\n]*`/g, '');
  const targets = [
    ...[...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)].map(([, target]) => target),
    ...[...text.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)].map(([, target]) => target),
  ];
  return targets
    .filter((target) => !/^(?:[a-z][a-z0-9+.-]*:|#)/.test(target))
    .map((target) => join(dirname(file), decodeURI(target.split('#', 1)[0])))
    .filter((target) => !existsSync(target))
    .map((target) => `${page}: ${relative(root, target)} is not in the package`);
});

if (broken.length > 0) throw new Error(`links that lead nowhere:\n${broken.join('\n')}`);
console.log(`links of ${pages.length} pages: all lead to files of the package`);
