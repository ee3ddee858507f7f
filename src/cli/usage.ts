import { packageFile } from '../inspector/package-file.js';
import { GET_TABLE } from './get-table.js';
import { optionLines } from './option-table.js';
import { SERVE_TABLE } from './serve-table.js';

/** The arguments are not valid: reported with where to read the usage, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The arguments ask for the usage (`--help`). */
export class HelpRequest extends Error {
  override readonly name = 'HelpRequest';
}

/** The usage of each command. */
export const USAGE = {
  serve: `http-session serve [options]
    Serves example routes until SIGINT, SIGTERM or a closed terminal drains it.
${optionLines(SERVE_TABLE).join('\n')}
      routes: GET /, /headers, /json, /big, /204, /304, /sessions; POST /echo, /sink, /slow-read`,
  get: `http-session get URL [options]
    Requests an http: or https: URL; without a scheme it is http:. The body goes to standard output; on a terminal JSON
    is indented, and a line on standard error has the status. Redirects are followed with -L alone.
${optionLines(GET_TABLE).join('\n')}`,
  inspect: `http-session inspect [--host ADDRESS] [--port N] [--allow-host NAME]...
    Serves the inspector page alone. Programs report to it with createWebSocketInspector of @statelyai/inspect or
    inspectSessions of this package; their url is ws://127.0.0.1:PORT. The page is read-only and works offline.
      --host ADDRESS   address to listen on (127.0.0.1)
      --port N         port to listen on; 0 picks a free one (8090)
      --allow-host NAME
                       another name of the page, such as mybox.local; may be repeated`,
  diagram: `http-session diagram [session|exchange|server|pool|worker|origin|place|call] [--format mermaid|json|svg]
    Prints a chart (session) as Mermaid text, JSON for Stately's editor, or an SVG drawing (mermaid).`,
} as const;

/** The name of a command. */
export type CommandName = keyof typeof USAGE;

/** What a command prints for `--help`, and the command line that prints it. */
export interface Usage {
  readonly text: string;
  readonly help: string;
}

/** The usage of one command, or of all for a name that is no command's. */
export function usageFor(name: string): Usage {
  return isCommandName(name)
    ? { text: usageOf(name), help: `http-session ${name} --help` }
    : { text: wholeUsage(), help: 'http-session --help' };
}

/** Whether there is such a command. */
export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(USAGE, name);
}

/** The usage of all commands. */
export function wholeUsage(): string {
  const commands = Object.values(USAGE).join('\n\n  ');
  return `Usage:\n  ${commands}\n\n  http-session --help | --version\n`;
}

/** The usage of one command. */
export function usageOf(name: CommandName): string {
  return `Usage:\n  ${USAGE[name]}\n`;
}

/** The version of this package. */
export function packageVersion(): string {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
