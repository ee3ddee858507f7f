/*
 * Loads every entry point of the installed package by `import` and by `require`, and starts its command: what users
 * do first. Runs in a folder in which only the package and xstate are installed, so that a forgotten dependency shows.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'http-session-machine';
const installed = new URL(`node_modules/${PACKAGE}/`, import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', installed), 'utf8'));
const require = createRequire(import.meta.url);

for (const entry of Object.keys(manifest.exports).filter((name) => !name.endsWith('.json'))) {
  const specifier = PACKAGE + entry.slice(1);
  const names = Object.keys(await import(specifier)).sort();
  if (names.length === 0) throw new Error(`${specifier} exports nothing`);
  const required = Object.keys(require(specifier)).filter((name) => names.includes(name));
  if (required.length !== names.length)
    throw new Error(`require('${specifier}') does not give what import gives`);
  console.log(`${specifier}: ${names.length} exports by import and by require`);
}

for (const [name, path] of Object.entries(manifest.bin)) {
  const command = new URL(path, installed);
  if (!existsSync(command)) throw new Error(`${name}: ${path} is not in the package`);
  execFileSync(process.execPath, [fileURLToPath(command), '--help'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 10_000,
  });
  console.log(`${name} --help: exit code 0`);
}
