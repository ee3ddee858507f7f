import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const ROOT = new URL('../../../', import.meta.url);

/**
 * Reads a file as it is committed; the path starts at the root of the project. When its generated content is given and
 * `UPDATE_GENERATED=1` is in the environment, the file is written first.
 */
export function committed(path: string, generated?: string): string {
  const file = new URL(path, ROOT);
  if (generated !== undefined && process.env['UPDATE_GENERATED'] === '1') writeFileSync(file, generated);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Puts generated text between the marks `<!-- NAME:start -->` and `<!-- NAME:end -->` of a document. */
export function withBlock(document: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the marks of the block "${name}" are missing`);
  return `${document.slice(0, from + start.length)}\n\n${text.trim()}\n\n${document.slice(to)}`;
}
