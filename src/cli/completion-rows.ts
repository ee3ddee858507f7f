import { COMMAND_NAMES, COMMAND_ROWS, type CommandName, type CommandRow } from './command-tables.js';
import type { OptionRow } from './option-table.js';

/** A command as a shell completes it. */
export interface CompletedCommand {
  readonly name: CommandName;
  readonly summary: string;
  readonly options: readonly (readonly [string, OptionRow])[];
  /** The words that its argument may be. */
  readonly words: readonly string[];
}

/** All commands as a shell completes them. */
export function completedCommands(): readonly CompletedCommand[] {
  return COMMAND_NAMES.map((name) => {
    const { summary, options, words = [] }: CommandRow = COMMAND_ROWS[name];
    return {
      name,
      summary,
      options: [
        ...Object.entries(options),
        ['help', { type: 'boolean', short: 'h', help: 'prints the usage' }],
      ],
      words: name === 'help' ? COMMAND_NAMES : words,
    };
  });
}

/** A text between single quotes, as POSIX shells read it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
