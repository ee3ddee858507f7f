import { readFileSync } from 'node:fs';

import { packageFile } from '../inspector/package-file.js';

/** The command line makes no sense: told with the usage, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The arguments ask how a command is called. */
export class HelpRequest extends Error {
  override readonly name = 'HelpRequest';
}

/** How each command is called. */
export const USAGE = {
  serve: `http-session serve [--host ADDRESS] [--port N] [--workers N]
    Serves some routes to try things on, until SIGINT or SIGTERM drains it.
      --host ADDRESS   where to listen (127.0.0.1)
      --port N         0 picks a free one (8080)
      --workers N      N processes at the same port, under one more that starts, replaces and drains them; SIGHUP to
                       that one renews them one by one. With 1, too: it is replaced when it crashes. Without
                       --workers everything is in one process. GET /sessions shows those of whoever answers
      --inspect [PORT] shows its sessions live on a page of its own at 127.0.0.1 (8090); 0 picks a free port
      routes           GET /, /headers, /json, /big, /204, /304, /sessions; POST /echo, /sink, /slow-read`,
  get: `http-session get URL [options]
    Requests an http: or https: URL; the body goes to standard output. Redirects are not followed.
      --method M         GET, or POST with --data
      --header 'N: v'    adds a field; may be given several times
      --data S           sends S as the body; @FILE sends a file
      --head             sends HEAD and prints status line and fields
      --repeat N         N requests on one session, one after another (1)
      --json             prints one line of JSON per request; failed requests are lines too
      --trace            prints every transition to standard error
      --timeout MS       milliseconds without progress in connecting, sending or receiving; 0 is none`,
  inspect: `http-session inspect [--host ADDRESS] [--port N]
    The inspector's page alone, for any program that speaks Stately's inspection protocol: createWebSocketInspector of
    @statelyai/inspect, or inspectSessions of this package, with ws://127.0.0.1:PORT as the url. It loads nothing from
    elsewhere, and only shows.
      --host ADDRESS   where to listen (127.0.0.1)
      --port N         0 picks a free one (8090)`,
  diagram: `http-session diagram [session|exchange|server|pool|worker] [--format mermaid|json|svg]
    Prints a chart (session) as Mermaid text, as JSON for Stately's editor, or as an SVG drawing (mermaid).`,
} as const;

/** The name of a command. */
export type CommandName = keyof typeof USAGE;

/** How the whole is called. */
export function wholeUsage(): string {
  const commands = Object.values(USAGE).join('\n\n  ');
  return `Usage:\n  ${commands}\n\n  http-session --help | --version\n`;
}

/** How one command is called. */
export function usageOf(name: CommandName): string {
  return `Usage:\n  ${USAGE[name]}\n`;
}

/** The version of this package. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
