import { getUrl } from './get.js';
import { OutputClosedError, tell, writeTo, type Command, type CommandIO } from './io.js';
import { serveRoutes } from './serve.js';
import { showDiagram } from './show-diagram.js';
import { HelpRequest, UsageError, usageOf, wholeUsage, type CommandName } from './usage.js';
import { packageVersion } from './version.js';

const COMMANDS: Readonly<Record<CommandName, Command>> = {
  serve: serveRoutes,
  get: getUrl,
  diagram: showDiagram,
};

/**
 * Runs the command that the arguments name, and resolves with the exit code: 0, 1 when the command failed, 2 when the
 * arguments make no sense.
 */
export async function runCommandLine(args: readonly string[], io: CommandIO): Promise<number> {
  const name = args[0] ?? '';
  try {
    return await run(name, args.slice(1), io);
  } catch (error) {
    if (error instanceof OutputClosedError) return 0;
    const usage = isCommand(name) ? usageOf(name) : wholeUsage();
    if (error instanceof HelpRequest) return await print(io, usage);
    const message = error instanceof Error ? error.message : String(error);
    const isUsageError = error instanceof UsageError;
    tell(io.stderr, `http-session: ${message}${isUsageError ? `\n\n${usage.trimEnd()}` : ''}`);
    return isUsageError ? 2 : 1;
  }
}

async function run(name: string, args: readonly string[], io: CommandIO): Promise<number> {
  if (isCommand(name)) return await COMMANDS[name](args, io);
  if (name === '--help' || name === '-h') return await print(io, wholeUsage());
  if (name === '--version') return await print(io, `${packageVersion()}\n`);
  if (name === '') throw new UsageError('a command is missing');
  if (name === 'inspect') throw new UsageError('inspect comes with a later version');
  throw new UsageError(`unknown command ${JSON.stringify(name)}`);
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

async function print(io: CommandIO, text: string): Promise<number> {
  await writeTo(io.stdout, text);
  return 0;
}
