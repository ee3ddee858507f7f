import { isCommandName, type CommandName } from './command-tables.js';
import { exitCodeOf, print, processIO, type Command, type CommandIO } from './io.js';
import { serveRoutes } from './serve.js';
import { packageVersion, UsageError, usageFor, wholeUsage } from './usage.js';

/* What a server does not need is loaded when it is asked for: loading it would double the time that `serve` takes to start. */
const COMMANDS: Readonly<Record<CommandName, Command>> = {
  serve: serveRoutes,
  get: async (args, io) => (await import('./get.js')).getUrl(args, io),
  start: async (args, io) => (await import('./main-job.js')).runMainJob(args, io),
  inspect: async (args, io) => (await import('./inspect.js')).inspectPrograms(args, io),
  show: async (args, io) => (await import('./show.js')).showRecording(args, io),
  diagram: async (args, io) => (await import('./diagram.js')).showDiagram(args, io),
  completion: async (args, io) => (await import('./completion.js')).printCompletion(args, io),
  help: async (args, io) => (await import('./help.js')).showHelp(args, io),
};

/** Runs the command line of this process. */
export async function runProcess(): Promise<void> {
  process.exitCode = await runCommandLine(process.argv.slice(2), processIO());
}

/** Runs the command that the arguments name; resolves with the exit code. */
export async function runCommandLine(args: readonly string[], io: CommandIO): Promise<number> {
  const name = args[0] ?? '';
  return await exitCodeOf(() => run(name, args.slice(1), io), usageFor(name), io);
}

async function run(name: string, args: readonly string[], io: CommandIO): Promise<number> {
  if (isCommandName(name)) return await COMMANDS[name](args, io);
  if (name === '--help' || name === '-h') return await print(io, wholeUsage());
  if (name === '--version' || name === '-V') return await print(io, `${packageVersion()}\n`);
  if (name === '') throw new UsageError('the command is missing');
  const { unknownCommand } = await import('./help.js');
  throw unknownCommand(name);
}
