import {
  INSPECTOR_PORT,
  InspectorPage,
  type InspectorPageOptions,
} from '../inspector/page-server/inspector-page.js';
import { bareHost, parseOptions, portOption, refuseMore } from './arguments.js';
import { nextEndSignal, writeLine, type CommandIO } from './io.js';

/** `http-session inspect`: serves the page alone, for programs that report to it, until a signal ends it. */
export async function inspectPrograms(args: readonly string[], io: CommandIO): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: String(INSPECTOR_PORT) },
  });
  refuseMore(positionals, 0);
  const page = await openPageForPrograms({
    host: bareHost(values.host),
    port: portOption('--port', values.port),
  });
  writeLine(io.stdout, `listening on ${page.url}`);
  writeLine(io.stderr, `programs report to ${page.url.replace(/^http/, 'ws')}`);
  await nextEndSignal(io.signals);
  await page.close();
  return 0;
}

/** Opens the inspector's page. @throws Error, with the system's error as its cause, if it cannot be opened */
export async function openPage(options: InspectorPageOptions): Promise<InspectorPage> {
  try {
    return await InspectorPage.open(options);
  } catch (error) {
    throw new Error(`cannot show the inspector: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Opens the page for other programs to report to.
 *
 * @throws Error if it cannot be opened, or `ws` is not installed
 */
export async function openPageForPrograms(options: InspectorPageOptions): Promise<InspectorPage> {
  const page = await openPage(options);
  if (await page.hasWebSockets()) return page;
  await page.close();
  throw new Error('cannot receive reports: the package ws is not installed; run npm install ws');
}
