import { showDiagram } from './diagram.js';
import { getUrl } from './get.js';
import { inspectPrograms } from './inspect.js';
import { exitCodeOf, print, type Command, type CommandIO } from './io.js';
import { serveRoutes } from './serve.js';
import { KnownNames } from '../errors/index.js';
import { usageErrorOf } from './arguments.js';
import {
  isCommandName,
  packageVersion,
  UsageError,
  usageFor,
  wholeUsage,
  type CommandName,
} from './usage.js';

const COMMANDS: Readonly<Record<CommandName, Command>> = {
  serve: serveRoutes,
  get: getUrl,
  inspect: inspectPrograms,
  diagram: showDiagram,
};

const NAMES = new KnownNames('command', Object.keys(COMMANDS));

/** Runs the command that the arguments name; resolves with the exit code. */
export async function runCommandLine(args: readonly string[], io: CommandIO): Promise<number> {
  const name = args[0] ?? '';
  return await exitCodeOf(() => run(name, args.slice(1), io), usageFor(name), io);
}

async function run(name: string, args: readonly string[], io: CommandIO): Promise<number> {
  if (isCommandName(name)) return await COMMANDS[name](args, io);
  if (name === '--help' || name === '-h') return await print(io, wholeUsage());
  if (name === '--version') return await print(io, `${packageVersion()}\n`);
  if (name === '') throw new UsageError('the command is missing');
  throw (
    usageErrorOf(() => {
      NAMES.check(name);
    }) ?? new UsageError(`unknown command ${name}`)
  );
}
