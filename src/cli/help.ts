import { refuseMore, usageErrorOf } from './arguments.js';
import { COMMAND_NAMES, isCommandName } from './command-tables.js';
import { KnownNames } from '../errors/index.js';
import { print, type CommandIO } from './io.js';
import { HelpRequest, UsageError, usageOf, wholeUsage } from './usage.js';

const NAMES = new KnownNames('command', COMMAND_NAMES);

/** `http-session help`: explains a command, or lists all. */
export async function showHelp(args: readonly string[], io: CommandIO): Promise<number> {
  const [name] = args;
  refuseMore(args, 1);
  if (name === undefined) return await print(io, wholeUsage());
  if (name === '--help' || name === '-h') throw new HelpRequest();
  if (isCommandName(name)) return await print(io, usageOf(name));
  throw unknownCommand(name);
}

/** The error for a command that does not exist, with the one that was probably meant. */
export function unknownCommand(name: string): Error {
  if (/^https?:\/\//i.test(name))
    return new UsageError(`unknown command; for a URL it is http-session get ${name}`);
  const error = usageErrorOf(() => {
    NAMES.check(name);
  });
  return error ?? new UsageError(`unknown command ${name}`);
}
