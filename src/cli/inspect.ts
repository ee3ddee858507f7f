import { InspectorPage, type InspectorPageOptions } from '../inspector/page-server/inspector-page.js';
import { bareHost, parseOptions, portOption, refuseMore } from './arguments.js';
import { INSPECT_TABLE } from './command-tables.js';
import { nextEndSignal, writeLine, type CommandIO } from './io.js';
import { UsageError } from './usage.js';

/** `http-session inspect`: serves the page alone, for programs that report to it, until a signal ends it. */
export async function inspectPrograms(args: readonly string[], io: CommandIO): Promise<number> {
  const { values, positionals } = parseOptions(args, INSPECT_TABLE);
  refuseMore(positionals, 0);
  const page = await openPage({
    host: bareHost(values.host),
    port: portOption('--port', values.port),
    allowedHosts: values['allow-host'],
  });
  writeLine(io.stdout, `listening on ${page.url}`);
  writeLine(io.stderr, `programs report to ${page.url.replace(/^http/, 'ws')}`);
  await nextEndSignal(io);
  await page.close();
  return 0;
}

/** Opens the inspector's page. @throws UsageError for a name that is none; Error, with the system's error as its cause, if it cannot be opened */
export async function openPage(options: InspectorPageOptions): Promise<InspectorPage> {
  try {
    return await InspectorPage.open(options);
  } catch (error) {
    if (error instanceof TypeError) {
      throw new UsageError(error.message.replace(/^allowedHosts: /, '--allow-host '), { cause: error });
    }
    throw new Error(`cannot show the inspector: ${(error as Error).message}`, { cause: error });
  }
}
