import { packageFile } from '../inspector/package-file.js';
import {
  COMMAND_NAMES,
  COMMAND_ROWS,
  isCommandName,
  type CommandName,
  type CommandRow,
} from './command-tables.js';
import { optionLines, wrapped } from './option-table.js';

/** The arguments are not valid: reported with where to read the usage, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The arguments ask for the usage (`--help`). */
export class HelpRequest extends Error {
  override readonly name = 'HelpRequest';
}

/** What a command prints for `--help`, and the command line that prints it. */
export interface Usage {
  /** Made when it is asked for. */
  readonly text: () => string;
  readonly help: string;
}

const HELP = { help: { type: 'boolean', short: 'h', help: 'prints this' } } as const;

/** The usage of one command, or of all for a name that is no command's. */
export function usageFor(name: string): Usage {
  return isCommandName(name)
    ? { text: () => usageOf(name), help: `http-session ${name} --help` }
    : { text: wholeUsage, help: 'http-session --help' };
}

/** The commands, one line each. */
export function wholeUsage(): string {
  const lines = COMMAND_NAMES.flatMap((name) => {
    const { args, summary }: CommandRow = COMMAND_ROWS[name];
    return [`  http-session ${name} ${args}`, `      ${summary}`];
  });
  return `Usage:\n${lines.join('\n')}\n  http-session --help | --version\n\nhttp-session help COMMAND explains one.\n`;
}

/** The usage of one command. */
export function usageOf(name: CommandName): string {
  const { args, summary, more = [], options }: CommandRow = COMMAND_ROWS[name];
  const texts = [summary, ...more].flatMap((text) => wrapped(text, MAX_TEXT)).map((line) => `    ${line}`);
  return `Usage:\n  http-session ${name} ${args}\n${[...texts, ...optionLines({ ...options, ...HELP })].join('\n')}\n`;
}

/** The longest line of a text, without its indent. */
const MAX_TEXT = 106;

/** The version of this package. */
export function packageVersion(): string {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
