import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('../../golden/', import.meta.url);

/**
 * The committed text of a golden file. With `UPDATE_GENERATED=1` the file is rewritten first, so that the change
 * is seen in the difference of the commit.
 */
export function golden(name: string, actual: string): string {
  const file = new URL(name, folder);
  if (process.env['UPDATE_GENERATED'] === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, actual);
  }
  return readFileSync(file, 'utf8');
}
