import { showDiagram } from './diagram.js';
import { getUrl } from './get.js';
import { inspectPrograms } from './inspect.js';
import { exitCodeOf, print, type Command, type CommandIO } from './io.js';
import { serveRoutes } from './serve.js';
import { packageVersion, UsageError, usageOf, wholeUsage, type CommandName } from './usage.js';

const COMMANDS: Readonly<Record<CommandName, Command>> = {
  serve: serveRoutes,
  get: getUrl,
  inspect: inspectPrograms,
  diagram: showDiagram,
};

/** Runs the command that the arguments name; resolves with the exit code. */
export async function runCommandLine(args: readonly string[], io: CommandIO): Promise<number> {
  const name = args[0] ?? '';
  const usage = isCommand(name) ? usageOf(name) : wholeUsage();
  return await exitCodeOf(() => run(name, args.slice(1), io), usage, io);
}

async function run(name: string, args: readonly string[], io: CommandIO): Promise<number> {
  if (isCommand(name)) return await COMMANDS[name](args, io);
  if (name === '--help' || name === '-h') return await print(io, wholeUsage());
  if (name === '--version') return await print(io, `${packageVersion()}\n`);
  if (name === '') throw new UsageError('the command is missing');
  throw new UsageError(`unknown command ${JSON.stringify(name)}`);
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
