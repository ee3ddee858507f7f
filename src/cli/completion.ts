import { choiceOption, parseOptions, refuseMore } from './arguments.js';
import { bashScript } from './completion-bash.js';
import { fishScript } from './completion-fish.js';
import { zshScript } from './completion-zsh.js';
import { SHELLS } from './command-tables.js';
import { print, type CommandIO } from './io.js';
import { UsageError } from './usage.js';

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], () => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `http-session completion`: prints a script for a shell. */
export async function printCompletion(args: readonly string[], io: CommandIO): Promise<number> {
  const { positionals } = parseOptions(args, {});
  const [shell] = positionals;
  if (shell === undefined) throw new UsageError(`the shell is missing; it is one of ${SHELLS.join(', ')}`);
  refuseMore(positionals, 1);
  return await print(io, SCRIPTS[choiceOption('the shell', shell, SHELLS)]());
}
