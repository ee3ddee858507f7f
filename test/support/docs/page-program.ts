import { committed } from '../generate/committed.js';
import { codeBlocks, type CodeBlock } from './markdown.js';
import { runProgram, type ProgramRun } from './run-module.js';

/** The port in the programs of pages. */
const PORT = '8080';

/** The blocks of code of a page by their heading; `''` for those before the first heading. */
export function blocksByHeading(path: string): ReadonlyMap<string, readonly CodeBlock[]> {
  const sections = `\n${committed(path)}`.split(/\n##+ /);
  return new Map(
    sections.map((text, at) => [at === 0 ? '' : (text.split('\n', 1)[0] ?? ''), codeBlocks(text)]),
  );
}

/** Texts to replace before a program runs, such as a port or a folder, and what replaces them. */
export type Replacements = Readonly<Record<string, string>>;

let runs = 0;

/**
 * Runs the code of a page as a program, unchanged except for `replacements` and its port: unless replaced, port 8080
 * becomes port 0. Exports its top-level `names`.
 *
 * @throws Error if the program does not contain a text to replace.
 */
export async function runPageProgram(
  code: string,
  names: readonly string[] = [],
  replacements: Replacements = {},
): Promise<ProgramRun> {
  let program = code;
  for (const [text, replacement] of Object.entries(replacements)) {
    if (!program.includes(text)) throw new Error(`the program does not contain ${text}`);
    program = program.replaceAll(text, replacement);
  }
  program = program.replaceAll(PORT, '0');
  if (names.length > 0) program += `\nexport { ${names.join(', ')} };`;
  // Modules are cached by their URL: the number makes this one unique.
  const url = `data:text/javascript,${encodeURIComponent(`${program}\n// ${String(++runs)}`)}`;
  return await runProgram(() => import(url));
}
