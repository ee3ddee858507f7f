import { LIMITS } from '../constants.js';
import type { HTTPServer } from '../server/index.js';
import { bareHost, choiceOption, integerOption, portOption } from './arguments.js';
import { drainOrAbort } from './drain-or-abort.js';
import type { CommandIO } from './io.js';
import { pageAddress, USUAL_PAGE, withDefault, type PageOptions } from './optional-values.js';
import type { LogFormat } from './serve-log.js';
import { LOG_FORMATS } from './serve-table.js';
import { UsageError } from './usage.js';
import { counted } from './words.js';

/** The options of `serve`, validated. */
export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** `null` for one process that does everything. */
  readonly workers: number | null;
  /** Where the page of the inspector is; `null` for none. */
  readonly page: PageOptions | null;
  /** How answers are logged; `null` for not at all. */
  readonly log: LogFormat | null;
}

/** Completes the options whose values may be left out. */
export function withDefaults(args: readonly string[]): readonly string[] {
  const inspecting = withDefault(args, '--inspect', USUAL_PAGE, (next) => !next.startsWith('-'));
  return withDefault(inspecting, '--log', 'text', (next) => LOG_FORMATS.some((format) => format === next));
}

/** Checks the values of options. @throws UsageError */
export function serveOptions(values: {
  readonly host: string;
  readonly port: string;
  readonly workers?: string;
  readonly inspect?: string;
  readonly 'allow-host'?: readonly string[];
  readonly log?: string;
}): ServeOptions {
  const { host, port, workers, inspect, 'allow-host': names, log } = values;
  return {
    host: bareHost(host),
    port: portOption('--port', port),
    workers: workers === undefined ? null : integerOption('--workers', workers, 1, LIMITS.maxWorkers.value),
    page: pageOptions(inspect, names),
    log: log === undefined ? null : choiceOption('--log', log, LOG_FORMATS),
  };
}

function pageOptions(address: string | undefined, allowedHosts?: readonly string[]): PageOptions | null {
  if (address !== undefined) return { ...pageAddress(address), allowedHosts };
  if (allowedHosts === undefined) return null;
  throw new UsageError('--allow-host is for the page of --inspect, which is not given');
}

/** Drains one server, and says what became of its connections. */
export async function drainServer(server: HTTPServer, io: CommandIO): Promise<void> {
  const subject = counted(server.currentConnections, 'connection');
  await drainOrAbort(server, { subject, reportsOf: (report) => [report] }, io);
}

/** Logs the answers of a server, if that is asked for; returns a function that ends it. */
export async function startLog(
  server: HTTPServer,
  format: LogFormat | null,
  { stdout }: Pick<CommandIO, 'stdout'>,
): Promise<() => void> {
  if (format === null) return () => undefined;
  const { logAnswers } = await import('./serve-log.js');
  return logAnswers(server, format, stdout);
}
