import { committed } from '../generate/committed.js';
import { codeBlocks, type CodeBlock } from './markdown.js';
import { runProgram, type ProgramRun } from './run-module.js';

/** The port that programs of pages listen on, so that a reader can run them as they are. */
const PORT = '8080';

/** The blocks of code of a page by the heading that they stand under; what stands before the first has `''`. */
export function blocksByHeading(path: string): ReadonlyMap<string, readonly CodeBlock[]> {
  const sections = `\n${committed(path)}`.split(/\n##+ /);
  return new Map(
    sections.map((text, at) => [at === 0 ? '' : (text.split('\n', 1)[0] ?? ''), codeBlocks(text)]),
  );
}

/** Text to put in the place of other text before a program runs, such as a port or a folder. */
export type Replacements = Readonly<Record<string, string>>;

let runs = 0;

/**
 * Runs the code of a page as a program: what people read, but for its port, which is a free one unless `replacements`
 * says otherwise. Its top-level names in `names` are exported.
 *
 * @throws Error when a text to be replaced is not there.
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
  // The number makes it a module of its own: modules are cached by their URL.
  const url = `data:text/javascript,${encodeURIComponent(`${program}\n// ${String(++runs)}`)}`;
  return await runProgram(() => import(url));
}
